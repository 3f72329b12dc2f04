// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import io.cairn.kernel.state.Tables;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Bytes;
import java.util.List;

/**
 * The numbers that a view of the engine holds about itself.
 *
 * @param revision the store's revision; records beyond it belong to an entry that is not complete
 * @param compactionFloor the oldest readable revision, -1 if there never was a compaction
 */
record MetaNumbers(long revision, long compactionFloor) {
  static MetaNumbers of(StorageView view) {
    long[] found = {1, -1};
    view.get(
        Tables.META,
        List.of(Tables.REVISION, Tables.COMPACTION_FLOOR),
        (position, value) -> found[position] = number(value));
    return new MetaNumbers(found[0], found[1]);
  }

  private static long number(Bytes value) {
    return value.asByteBuffer().getLong();
  }
}
