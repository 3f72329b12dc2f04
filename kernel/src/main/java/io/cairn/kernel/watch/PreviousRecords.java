// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Bytes;
import org.jspecify.annotations.Nullable;

/** Finds what a key was before an event. */
@ThreadSafe
interface PreviousRecords {
  /**
   * The encoded key-value of {@code key} as of the revision before {@code revision}.
   *
   * @param mayBlock whether the engine may be asked
   * @return empty if there was none, or if compaction has removed that revision; null if it is not
   *     in memory and the call may not block
   */
  @Nullable Bytes before(Bytes key, long revision, boolean mayBlock);
}
