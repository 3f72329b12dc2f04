// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import io.cairn.kernel.index.IndexView;
import io.cairn.kernel.index.KeyRecord;
import io.cairn.kernel.maintenance.HistoryHash.Outcome;
import io.cairn.kernel.records.RecordFormat;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The hash over the history of keys up to a revision R, equal on all members and to etcd's.
 *
 * <p>It is the CRC-32C over the name of etcd's bucket and then key and bytes of the records up to
 * R, in order. Below the compaction floor C a member may or may not have freed what compaction made
 * unreadable, so there only those records count that no member has freed: the one of each key that
 * is current at R. If no key exists at R, etcd counts what compaction left at C instead.
 *
 * <p>Which record is current is asked of the index. Its view is pinned for one step only; reading
 * at R stays right in newer states as long as the floor has not passed R.
 */
@OnLane("background")
final class HistoryHash implements LongRead<Outcome> {
  /**
   * What was found.
   *
   * @param compactRevision the floor, -1 if there never was a compaction
   * @param hashRevision the revision R
   */
  record Outcome(int hash, long compactRevision, long hashRevision) {}

  /** The newest state of the index, pinned, and the floor in that state. */
  record PinnedIndex(IndexView index, long floor) {}

  private static final byte[] BUCKET = {'k', 'e', 'y'};
  private static final RecordFormat RECORDS = new RecordFormat(Tables.REVISIONS);
  private static final int STEP_RECORDS = 500;
  private static final long STEP_BYTES = 256 * 1024;

  private final Supplier<PinnedIndex> indexes;
  private final long floor;
  private final long revision;
  private final Cursor records;
  private final CRC32C crc = new CRC32C();

  /**
   * At which revision a record below the floor must be current to count; found at the first one.
   */
  private long currentAt = -1;

  private HistoryHash(StorageView view, Supplier<PinnedIndex> indexes, long floor, long revision) {
    this.indexes = indexes;
    this.floor = floor;
    this.revision = revision;
    this.records = view.scan(Tables.REVISIONS, Bytes.EMPTY, RevisionKey.firstOf(revision + 1));
    crc.update(BUCKET);
  }

  /**
   * Begins to hash {@code view} up to {@code wanted}, 0 for all it holds.
   *
   * @throws StoreException if the view holds less, or has been compacted beyond
   */
  static HistoryHash open(StorageView view, Supplier<PinnedIndex> indexes, long wanted) {
    MetaNumbers numbers = MetaNumbers.of(view);
    long floor = numbers.compactionFloor();
    long revision = wanted == 0 ? numbers.revision() : wanted;
    if (revision > numbers.revision()) {
      throw new StoreException(new Reason.FutureRevision());
    }
    if (revision < floor) {
      throw new StoreException(new Reason.Compacted(floor));
    }
    return new HistoryHash(view, indexes, floor, revision);
  }

  /** What etcd answers for a negative revision: the hash of nothing. */
  static Outcome ofNothing(long floor, long wanted) {
    CRC32C crc = new CRC32C();
    crc.update(BUCKET);
    return new Outcome((int) crc.getValue(), floor, wanted);
  }

  @Override
  public Progress<Outcome> step() {
    if (floor < 0) {
      return step(null);
    }
    PinnedIndex pinned = indexes.get();
    try (IndexView index = pinned.index()) {
      if (currentAt < 0) {
        currentAt = index.scan(KeyRange.ALL, revision).next() ? revision : floor;
      }
      if (pinned.floor() > currentAt) {
        return new Progress.Overtaken<>();
      }
      return step(index);
    }
  }

  private Progress<Outcome> step(@Nullable IndexView index) {
    long bytes = 0;
    for (int i = 0; i < STEP_RECORDS && bytes < STEP_BYTES; i++) {
      if (!records.next()) {
        return new Progress.Done<>(new Outcome((int) crc.getValue(), floor, revision));
      }
      Bytes key = records.key();
      Bytes record = RECORDS.open(key, records.value());
      bytes += record.length();
      if (index == null || counts(RevisionKey.parse(key), record, index)) {
        crc.update(key.array(), key.offset(), key.length());
        crc.update(record.array(), record.offset(), record.length());
      }
    }
    return new Progress.More<>();
  }

  private boolean counts(RevisionKey key, Bytes record, IndexView index) {
    if (key.main() > floor) {
      return true;
    }
    if (key.tombstone()) {
      return false;
    }
    KeyRecord current = index.get(KeyValueFormat.key(record), currentAt);
    return current != null && current.modRevision() == key.main() && current.sub() == key.sub();
  }

  @Override
  public void close() {
    records.close();
  }
}
