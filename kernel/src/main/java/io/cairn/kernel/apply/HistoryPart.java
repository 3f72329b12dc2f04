// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.apply;

import io.cairn.kernel.index.IndexLoader;
import io.cairn.kernel.index.IndexReader;
import io.cairn.kernel.index.KeyRecord;
import io.cairn.kernel.records.RecordFormat;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.LongPredicate;

/**
 * Some consecutive revisions of the stored history, as recovery reads them: first for the index,
 * then for what hangs on leases.
 *
 * <p>Every stored put names its lease, but only a key's newest record says where the key hangs, and
 * which that is nobody knows before the index is complete. So puts with leases that may still exist
 * are remembered while the index is loaded, up to a bound; from where that was reached the records
 * are read a second time. So the heap needed does not grow with the history, and only stores with
 * very many such puts pay for that.
 */
@OnLane("the one that loads the part")
final class HistoryPart {
  private static final RecordFormat RECORDS = new RecordFormat(Tables.REVISIONS);

  /** What a put that is remembered takes beside its key. */
  private static final int PUT_BYTES = 96;

  static final BiConsumer<Bytes, Bytes> NOBODY = (key, content) -> {};

  /** Hangs a key on a lease; any of the lanes that load. */
  @FunctionalInterface
  interface Attaching {
    void attach(Bytes key, long lease);
  }

  /** Takes what a record says. */
  @FunctionalInterface
  private interface Reader {
    void read(RevisionKey at, KeyValue kv);
  }

  private record LeasedPut(Bytes key, long main, int sub, long lease) {}

  /** Where reading goes on. */
  private Bytes next;

  private final Bytes to;
  private final IndexLoader.Partition partition;
  private final LongPredicate leases;
  private List<LeasedPut> remembered = new ArrayList<>();
  private long room;

  /** The revision from which on nothing was remembered. */
  private long readAgainFrom = Long.MAX_VALUE;

  /**
   * The revisions from {@code from} to before {@code to}.
   *
   * @param partition where they go to in the index
   * @param leases which leases may exist
   * @param room how many bytes of the heap puts with leases may take
   */
  HistoryPart(
      long from, long to, IndexLoader.Partition partition, LongPredicate leases, long room) {
    this.next = RevisionKey.firstOf(from);
    this.to = RevisionKey.firstOf(to);
    this.partition = partition;
    this.leases = leases;
    this.room = room;
  }

  /**
   * Loads what has not been loaded, and completes the partition.
   *
   * @param witness is shown keys and contents
   */
  void load(StorageView view, BiConsumer<Bytes, Bytes> witness) {
    try (partition) {
      scan(view, next, to, Long.MAX_VALUE, witness, this::add);
    }
  }

  /** Loads some of what lies before {@code until}: about {@code bytesMax}. */
  void loadSome(StorageView view, Bytes until, long bytesMax, BiConsumer<Bytes, Bytes> witness) {
    next = scan(view, next, until, bytesMax, witness, this::add);
  }

  private void add(RevisionKey at, KeyValue kv) {
    partition.add(kv.key(), at.main(), at.sub(), at.tombstone(), kv.createRevision(), kv.version());
    remember(at, kv);
  }

  private void remember(RevisionKey at, KeyValue kv) {
    if (kv.lease() == 0 || at.main() >= readAgainFrom || !leases.test(kv.lease())) {
      return;
    }
    room -= kv.key().length() + PUT_BYTES;
    if (room < 0) {
      readAgainFrom = at.main();
      return;
    }
    remembered.add(new LeasedPut(kv.key().compact(), at.main(), at.sub(), kv.lease()));
  }

  /** Attaches the keys whose newest record is in this part; {@code keys} is complete. */
  void attach(StorageView view, IndexReader keys, Attaching attaching) {
    for (LeasedPut put : remembered) {
      attachIfNewest(put.key(), put.main(), put.sub(), put.lease(), keys, attaching);
    }
    remembered = List.of();
    if (readAgainFrom == Long.MAX_VALUE) {
      return;
    }
    scan(
        view,
        RevisionKey.firstOf(readAgainFrom),
        to,
        Long.MAX_VALUE,
        NOBODY,
        (at, kv) -> {
          if (kv.lease() != 0 && leases.test(kv.lease())) {
            attachIfNewest(kv.key(), at.main(), at.sub(), kv.lease(), keys, attaching);
          }
        });
  }

  private static void attachIfNewest(
      Bytes key, long main, int sub, long lease, IndexReader keys, Attaching attaching) {
    KeyRecord newest = keys.get(key, IndexReader.LATEST);
    if (newest != null && newest.modRevision() == main && newest.sub() == sub) {
      attaching.attach(key, lease);
    }
  }

  /** Reads until {@code bytesMax} are exceeded; returns where to go on. */
  private static Bytes scan(
      StorageView view,
      Bytes from,
      Bytes to,
      long bytesMax,
      BiConsumer<Bytes, Bytes> witness,
      Reader reader) {
    if (from.compareTo(to) >= 0) {
      return from;
    }
    long bytes = 0;
    try (Cursor cursor = view.scan(Tables.REVISIONS, from, to)) {
      while (cursor.next()) {
        Bytes key = cursor.key();
        if (bytes >= bytesMax) {
          return key;
        }
        Bytes content = RECORDS.open(key, cursor.value());
        bytes += content.length();
        witness.accept(key, content);
        reader.read(revisionOf(key), KeyValueFormat.decode(content));
      }
    }
    return to;
  }

  /** The revision that a key of the history stands for. */
  static RevisionKey revisionOf(Bytes key) {
    try {
      return RevisionKey.parse(key);
    } catch (IllegalArgumentException malformed) {
      throw new StorageException.Damaged("table 'revisions' has a key of another kind", malformed);
    }
  }
}
