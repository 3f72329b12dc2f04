// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import org.jspecify.annotations.Nullable;

/**
 * Reads the index in one state: a published one ({@link IndexView}) or that of the batch being
 * written ({@link IndexWriter}).
 *
 * <p>Every method takes the revision to read at; {@link #LATEST} reads the newest state without
 * knowing its number. Reading below the compaction floor gives wrong answers, so the caller checks
 * that before; reading at or above the floor is exact whatever a compaction has trimmed.
 */
public sealed interface IndexReader permits IndexView, IndexWriter {

  /** A revision that no record exceeds. */
  long LATEST = Long.MAX_VALUE;

  /** The record of {@code key} that was current at {@code revision}; null if it was absent. */
  @Nullable KeyRecord get(Bytes key, long revision);

  /** A cursor over the keys of {@code range} that existed at {@code revision}. */
  IndexCursor scan(KeyRange range, long revision);

  /**
   * The number of keys of {@code range} that existed at {@code revision}. O(log n) at the newest
   * revision, otherwise proportional to the keys in the range.
   */
  long count(KeyRange range, long revision);
}
