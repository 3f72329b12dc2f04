// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.state;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Finds stored key-values by revision: in the recent log, else the value cache, else the engine. A
 * record never changes, so no view of the engine is needed; it may be gone when the compaction
 * floor has passed it. Tombstones are not found here: nobody looks one up by revision.
 */
@ThreadSafe
public interface RecordReader {
  /** The encoded key-value if it is in memory, else null. Never blocks. */
  @Nullable Bytes tryRead(long main, int sub);

  /**
   * The encoded key-values of many revisions, wherever they are; misses are fetched together and
   * most stay in the cache. May block: for read lanes only.
   *
   * @param mains main revisions, of which the first {@code count} are read
   * @param subs the sub revisions that belong to them
   * @param into receives the records; an element stays null if there is no such record
   */
  void read(long[] mains, int[] subs, int count, @Nullable Bytes[] into);
}
