// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.range;

import io.cairn.spi.store.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Where a range gets its records from, chunk by chunk, and how it learns that it should give up.
 */
public interface RecordSource {
  /**
   * Finds the records of the first {@code count} revisions, all of them.
   *
   * @return false if they cannot be had here and now, which ends the read without a result
   * @throws io.cairn.spi.store.StoreException if the read is to be refused, such as for a revision
   *     that has been compacted meanwhile or a caller that has gone
   */
  boolean fetch(long[] mains, int[] subs, int count, @Nullable Bytes[] into);

  /**
   * Hears, now and then, how much more the read has gathered beside records: keys and rows.
   *
   * @return false if that is too much, which ends the read without a result
   * @throws io.cairn.spi.store.StoreException if the read is to be refused, because it gathers too
   *     much or its caller has gone
   */
  boolean gathered(long bytes);
}
