// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.state;

import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Bytes;
import java.util.List;

/**
 * The numbers that an engine holds about what it holds. They change together with it, so those of a
 * view belong to everything else in the view.
 *
 * @param appliedIndex the last entry whose effects are in
 * @param appliedTerm that entry's term
 * @param revision the store's revision; records beyond it belong to an entry that is not complete
 * @param compactionFloor the oldest readable revision, -1 if there never was a compaction
 * @param compacted the floor up to which this engine is freed of what cannot be read, -1 for none
 */
public record StoredNumbers(
    long appliedIndex, long appliedTerm, long revision, long compactionFloor, long compacted) {
  private static final List<Bytes> KEYS =
      List.of(
          Tables.APPLIED_INDEX,
          Tables.APPLIED_TERM,
          Tables.REVISION,
          Tables.COMPACTION_FLOOR,
          Tables.COMPACTED);

  /** The numbers of {@code view}; those of an empty store if it holds none. */
  public static StoredNumbers of(StorageView view) {
    long[] found = {0, 0, 1, -1, -1};
    view.get(
        Tables.META,
        KEYS,
        (position, value) -> {
          if (value.length() != Long.BYTES) {
            throw new StorageException.Damaged(
                "'%s' in table 'meta' has %d bytes instead of 8"
                    .formatted(KEYS.get(position), value.length()));
          }
          found[position] = value.asByteBuffer().getLong();
        });
    return new StoredNumbers(found[0], found[1], found[2], found[3], found[4]);
  }

  /** Whether nothing is left that the floor has made unreadable. */
  public boolean isFreed() {
    return compacted == compactionFloor;
  }
}
