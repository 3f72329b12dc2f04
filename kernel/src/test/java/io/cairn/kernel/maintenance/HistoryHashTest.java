// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.kernel.index.IndexCompaction;
import io.cairn.kernel.index.KeyIndex;
import io.cairn.kernel.maintenance.HistoryHash.Outcome;
import io.cairn.kernel.maintenance.HistoryHash.PinnedIndex;
import io.cairn.kernel.maintenance.LongRead.Progress;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the hash against a second computation, written from etcd's rules. */
final class HistoryHashTest {
  private record Change(long main, int sub, Bytes key, Bytes stored, boolean tombstone) {
    Bytes revisionKey() {
      return RevisionKey.encode(main, sub, tombstone);
    }
  }

  private final MemoryStore store = new MemoryStore();
  private final KeyIndex index = new KeyIndex();
  private final List<Change> history = new ArrayList<>();
  private long revision = 1;
  private long floor = -1;

  @AfterEach
  void close() {
    index.close();
    store.close();
  }

  static LongStream seeds() {
    return LongStream.range(0, 60);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyReadableRevisionHashesAsTheRulesSay(long seed) {
    Random random = new Random(seed);
    int keys = 1 + random.nextInt(6);
    int writes = 1 + random.nextInt(60);
    int deletions = random.nextInt(90);
    for (int i = 0; i < writes; i++) {
      write(random, keys, deletions);
    }
    if (random.nextInt(4) > 0) {
      compact(random);
    }
    for (int i = random.nextInt(10); i > 0; i--) {
      write(random, keys, deletions);
    }
    store.number(Tables.REVISION, revision);

    for (long at = Math.max(floor, 1); at <= revision; at++) {
      assertThat(hash(at)).isEqualTo(new Outcome(reference(at), floor, at));
    }
    assertThat(hash(0)).isEqualTo(hash(revision));
  }

  @Test
  void hashOfAnEmptyStoreIsThatOfTheBucketsName() {
    CRC32C crc = new CRC32C();
    crc.update(new byte[] {'k', 'e', 'y'});

    assertThat(hash(0)).isEqualTo(new Outcome((int) crc.getValue(), -1, 1));
    assertThat(HistoryHash.ofNothing(-1, -7)).isEqualTo(new Outcome((int) crc.getValue(), -1, -7));
  }

  @Test
  void revisionsBelowTheFloorAndInTheFutureAreRefused() {
    Random random = new Random(1);
    for (int i = 0; i < 5; i++) {
      write(random, 3, 0);
    }
    raiseFloor(4);
    store.number(Tables.REVISION, revision);

    assertThatThrownBy(() -> hash(3))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Compacted(4)));
    assertThatThrownBy(() -> hash(revision + 1))
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.reason()).isEqualTo(new Reason.FutureRevision()));
  }

  @Test
  void recordsBeyondTheStoredRevisionDoNotCount() {
    Random random = new Random(2);
    write(random, 3, 0);
    store.number(Tables.REVISION, revision);
    Outcome complete = hash(0);

    write(random, 3, 0);

    assertThat(hash(0)).isEqualTo(complete);
  }

  @Test
  void damagedRecordIsFoundBeforeItIsHashed() {
    write(new Random(3), 1, 0);
    store.number(Tables.REVISION, revision);
    Bytes key = history.getFirst().revisionKey();
    store.store(key, Bytes.utf8("not what was written"));

    assertThatThrownBy(() -> hash(0)).isInstanceOf(StorageException.Damaged.class);
  }

  @Test
  void hashThatACompactionHasOvertakenBeginsAgain() {
    Random random = new Random(4);
    for (int i = 0; i < 5; i++) {
      write(random, 3, 0);
    }
    raiseFloor(3);
    store.number(Tables.REVISION, revision);
    try (StorageView view = store.engine().view();
        HistoryHash hash = HistoryHash.open(view, this::pin, 4)) {
      raiseFloor(5);

      assertThat(hash.step()).isInstanceOf(Progress.Overtaken.class);
    }
  }

  private Outcome hash(long wanted) {
    try (StorageView view = store.engine().view();
        HistoryHash hash = HistoryHash.open(view, this::pin, wanted)) {
      Progress<Outcome> progress = hash.step();
      while (progress instanceof Progress.More<Outcome>) {
        progress = hash.step();
      }
      assertThat(progress).isInstanceOf(Progress.Done.class);
      return ((Progress.Done<Outcome>) progress).result();
    }
  }

  private PinnedIndex pin() {
    return new PinnedIndex(index.view(), floor);
  }

  /** One revision: puts or deletes one to three different keys. */
  private void write(Random random, int keys, int deletions) {
    revision++;
    Set<Bytes> touched = new HashSet<>();
    int sub = 0;
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      Bytes key = Bytes.utf8("key-" + random.nextInt(keys));
      if (!touched.add(key)) {
        continue;
      }
      boolean exists = index.writer().get(key, Long.MAX_VALUE) != null;
      if (exists && random.nextInt(100) < deletions) {
        delete(key, sub++);
      } else {
        put(key, Bytes.utf8("value-" + random.nextInt()), sub++);
      }
    }
    index.writer().publish(revision);
  }

  private void put(Bytes key, Bytes value, int sub) {
    var record = index.writer().put(key, revision, sub);
    KeyValue kv = new KeyValue(key, record.createRevision(), revision, record.version(), value, 0);
    store.put(kv, sub);
    history.add(new Change(revision, sub, key, KeyValueFormat.encode(kv), false));
  }

  private void delete(Bytes key, int sub) {
    index.writer().tombstone(key, revision, sub);
    store.tombstone(key, revision, sub);
    Bytes stored = KeyValueFormat.encode(new KeyValue(key, 0, 0, 0, Bytes.EMPTY, 0));
    history.add(new Change(revision, sub, key, stored, true));
  }

  private void raiseFloor(long to) {
    floor = to;
    store.number(Tables.COMPACTION_FLOOR, to);
  }

  /** Compacts, and frees nothing, a part, or everything that may go. */
  private void compact(Random random) {
    raiseFloor(1 + random.nextInt((int) revision));
    if (random.nextBoolean()) {
      IndexCompaction compaction = index.writer().compaction(floor);
      while (compaction.step(10, (main, sub, tombstone) -> {})) {
        index.writer().publish(revision);
      }
      index.writer().publish(revision);
    }
    int percent = 50 * random.nextInt(3);
    Set<Bytes> kept = surviving(floor);
    for (Change change : history) {
      if (!kept.contains(change.revisionKey()) && random.nextInt(100) < percent) {
        store.delete(change.revisionKey());
      }
    }
  }

  // The rules, from here on.

  /** What a finished compaction leaves: see the section on compaction. */
  private Set<Bytes> surviving(long compacted) {
    Map<Bytes, Change> newest = new TreeMap<>();
    Set<Bytes> kept = new HashSet<>();
    for (Change change : history) {
      if (change.main > compacted || (change.tombstone && change.main == compacted)) {
        kept.add(change.revisionKey());
      }
      if (change.main <= compacted) {
        newest.put(change.key, change);
      }
    }
    newest.values().stream()
        .filter(change -> !change.tombstone)
        .forEach(change -> kept.add(change.revisionKey()));
    return kept;
  }

  private int reference(long at) {
    Set<Bytes> keep = keepSet(at);
    Set<Bytes> present = surviving(floor);
    CRC32C crc = new CRC32C();
    crc.update(new byte[] {'k', 'e', 'y'});
    for (Change change : history) {
      boolean skipped =
          change.main > at
              || !present.contains(change.revisionKey())
              || (change.main <= floor && !keep.isEmpty() && !keep.contains(change.revisionKey()))
              || (change.tombstone && change.main == floor);
      if (!skipped) {
        crc.update(change.revisionKey().toByteArray());
        crc.update(change.stored.toByteArray());
      }
    }
    return (int) crc.getValue();
  }

  /** The keep set, incarnation by incarnation. */
  private Set<Bytes> keepSet(long at) {
    Map<Bytes, List<List<Change>>> incarnations = new TreeMap<>();
    for (Change change : history) {
      List<List<Change>> ofKey =
          incarnations.computeIfAbsent(
              change.key, key -> new ArrayList<>(List.of(new ArrayList<>())));
      ofKey.getLast().add(change);
      if (change.tombstone) {
        ofKey.add(new ArrayList<>());
      }
    }
    Set<Bytes> keep = new HashSet<>();
    for (List<List<Change>> ofKey : incarnations.values()) {
      List<Change> chosen = ofKey.getLast();
      for (List<Change> incarnation : ofKey) {
        if (!incarnation.isEmpty() && incarnation.getLast().main >= at) {
          chosen = incarnation;
          break;
        }
      }
      chosen.stream()
          .filter(change -> change.main <= at)
          .reduce((older, newer) -> newer)
          .filter(change -> !change.tombstone)
          .ifPresent(change -> keep.add(change.revisionKey()));
    }
    return keep;
  }
}
