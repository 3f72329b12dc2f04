// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.migration;

import io.cairn.kernel.records.RecordFormat;
import io.cairn.kernel.state.StoredNumbers;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies the tables of an engine that nobody writes to, and compares two engines.
 *
 * <p><b>Blocking.</b> As long as it takes to read and write everything. <b>Failure.</b> {@link
 * StorageException}; a record that does not match its checksum is {@link StorageException.Damaged},
 * so damage is not carried over.
 */
@OnLane("caller")
public final class EngineCopy {
  private static final int BATCH_ROWS = 10_000;
  private static final int ROWS_PER_PROGRESS = 1_000;
  private static final long BATCH_BYTES = 8 << 20;
  private static final long BARRIER_BYTES = 64 << 20;
  private static final RecordFormat RECORDS = new RecordFormat(Tables.REVISIONS);

  /**
   * What an engine holds.
   *
   * @param rows of all tables
   * @param bytes of their keys and values
   * @param revision of the store
   */
  public record Content(long rows, long bytes, long revision) {}

  /** Is told, batch by batch, how far the work has come. */
  @FunctionalInterface
  public interface Progress {
    /** So many rows are done, and so many bytes of keys and values. */
    void at(long rows, long bytes);
  }

  private final Progress progress;
  private long rows;
  private long bytes;

  private EngineCopy(Progress progress) {
    this.progress = progress;
  }

  /**
   * Copies everything from {@code source} into {@code target}, which is empty, and makes it last.
   */
  public static Content copy(StorageEngine source, StorageEngine target, Progress progress) {
    EngineCopy copy = new EngineCopy(progress);
    try (StorageView view = source.view()) {
      long barrier = 0;
      for (Table table : Tables.ALL) {
        try (Cursor from = view.scan(table, Bytes.EMPTY, Bytes.EMPTY)) {
          for (List<Mutation> batch = copy.batch(table, from);
              !batch.isEmpty();
              batch = copy.batch(table, from)) {
            target.commit(batch);
            if (copy.bytes - barrier >= BARRIER_BYTES) {
              target.barrier();
              barrier = copy.bytes;
            }
            progress.at(copy.rows, copy.bytes);
          }
        }
      }
      target.barrier();
      return new Content(copy.rows, copy.bytes, StoredNumbers.of(view).revision());
    }
  }

  private List<Mutation> batch(Table table, Cursor from) {
    List<Mutation> batch = new ArrayList<>();
    for (long filled = 0; batch.size() < BATCH_ROWS && filled < BATCH_BYTES && from.next(); ) {
      Bytes key = from.key();
      Bytes value = from.value();
      if (table.equals(Tables.REVISIONS)) {
        var _ = RECORDS.open(key, value);
      }
      batch.add(new Mutation.Put(table, key, value));
      filled += key.length() + (long) value.length();
      count(key, value);
    }
    return batch;
  }

  /**
   * Reads both engines to the end, side by side.
   *
   * @throws IllegalStateException naming the first row in which they differ
   */
  public static Content compare(StorageEngine one, StorageEngine other, Progress progress) {
    EngineCopy comparison = new EngineCopy(progress);
    try (StorageView left = one.view();
        StorageView right = other.view()) {
      for (Table table : Tables.ALL) {
        try (Cursor mine = left.scan(table, Bytes.EMPTY, Bytes.EMPTY);
            Cursor theirs = right.scan(table, Bytes.EMPTY, Bytes.EMPTY)) {
          comparison.compare(table, mine, theirs);
        }
      }
      return new Content(comparison.rows, comparison.bytes, StoredNumbers.of(left).revision());
    }
  }

  private void compare(Table table, Cursor mine, Cursor theirs) {
    while (mine.next()) {
      Bytes key = mine.key();
      Bytes value = mine.value();
      if (!theirs.next() || !theirs.key().equals(key) || !theirs.value().equals(value)) {
        throw new IllegalStateException(
            "the copy of table '%s' differs at key %s".formatted(table.name(), key));
      }
      count(key, value);
      if (rows % ROWS_PER_PROGRESS == 0) {
        progress.at(rows, bytes);
      }
    }
    if (theirs.next()) {
      throw new IllegalStateException(
          "the copy of table '%s' has more than the original, key %s"
              .formatted(table.name(), theirs.key()));
    }
  }

  private void count(Bytes key, Bytes value) {
    rows++;
    bytes += key.length() + (long) value.length();
  }
}
