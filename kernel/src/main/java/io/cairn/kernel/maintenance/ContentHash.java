// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import io.cairn.kernel.state.Tables;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The hash over everything that a member stores, whichever engine it uses: CRC-32C over each
 * table's name and its entries' keys and values, tables by name. Left out are the numbers that move
 * without anything being written: applied index and term, and how far this member has freed
 * records.
 *
 * <p>Members whose compaction has come to different points differ; compare them by {@link
 * HistoryHash}.
 */
@OnLane("background")
final class ContentHash implements LongRead<Integer> {
  private static final List<Table> TABLES =
      Tables.ALL.stream().sorted(Comparator.comparing(Table::name)).toList();
  private static final List<Bytes> LEFT_OUT =
      List.of(Tables.APPLIED_INDEX, Tables.APPLIED_TERM, Tables.COMPACTED);
  private static final long STEP_BYTES = 256 * 1024;

  private final StorageView view;
  private final CRC32C crc = new CRC32C();
  private int table;
  private @Nullable Cursor entries;

  ContentHash(StorageView view) {
    this.view = view;
  }

  @Override
  public Progress<Integer> step() {
    for (long bytes = 0; bytes < STEP_BYTES; ) {
      if (table == TABLES.size()) {
        return new Progress.Done<>((int) crc.getValue());
      }
      Cursor from = entries;
      if (from == null) {
        update(Bytes.utf8(TABLES.get(table).name()));
        entries = view.scan(TABLES.get(table), Bytes.EMPTY, Bytes.EMPTY);
      } else if (!from.next()) {
        from.close();
        entries = null;
        table++;
      } else if (!TABLES.get(table).equals(Tables.META) || !LEFT_OUT.contains(from.key())) {
        update(from.key());
        update(from.value());
        bytes += from.key().length() + (long) from.value().length();
      }
    }
    return new Progress.More<>();
  }

  private void update(Bytes bytes) {
    crc.update(bytes.array(), bytes.offset(), bytes.length());
  }

  @Override
  public void close() {
    Cursor open = entries;
    entries = null;
    if (open != null) {
      open.close();
    }
  }
}
