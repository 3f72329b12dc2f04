// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class KeyIndexTest {

  /** An index and its model, driven alike. */
  private static final class World {
    final KeyIndex index = new KeyIndex();
    final IndexModel model = new IndexModel();
    final Random random;
    final RandomKeys keys;
    long revision;
    long floor;

    World(long seed) {
      random = new Random(seed);
      keys = new RandomKeys(random, seed % 3 == 0 ? 20_000 : 1_100);
    }

    /** One revision of one to a few changes. */
    void change() {
      revision++;
      int subs = random.nextInt(10) == 0 ? 1 + random.nextInt(300) : 1;
      for (int sub = 0; sub < subs; sub++) {
        Bytes key = keys.key();
        if (random.nextInt(4) == 0) {
          assertThat(index.writer().tombstone(key, revision, sub))
              .isEqualTo(model.tombstone(key, revision, sub));
        } else {
          assertThat(index.writer().put(key, revision, sub))
              .isEqualTo(model.put(key, revision, sub));
        }
      }
    }

    void compact() {
      floor += random.nextLong(revision - floor + 1);
      Set<String> expected = model.compact(floor);
      Set<String> dropped = new TreeSet<>();
      IndexCompaction compaction = index.writer().compaction(floor);
      boolean more = true;
      while (more) {
        more =
            compaction.step(
                1 + random.nextInt(400),
                (main, sub, tombstone) ->
                    assertThat(dropped.add(main + "/" + sub + (tombstone ? "t" : "")))
                        .as("dropped once")
                        .isTrue());
        if (random.nextInt(8) == 0) {
          // Changes that come in between are above the floor, so they change nothing of it.
          change();
          index.writer().publish(revision);
        }
      }
      assertThat(dropped).isEqualTo(expected);
    }

    long readable() {
      return random.nextInt(3) == 0
          ? IndexReader.LATEST
          : floor + random.nextLong(revision - floor + 1);
    }
  }

  private static List<Map.Entry<Bytes, KeyRecord>> scan(
      IndexReader reader, KeyRange range, long revision) {
    List<Map.Entry<Bytes, KeyRecord>> found = new ArrayList<>();
    IndexCursor cursor = reader.scan(range, revision);
    while (cursor.next()) {
      found.add(
          Map.entry(
              cursor.key(),
              new KeyRecord(
                  cursor.createRevision(), cursor.modRevision(), cursor.sub(), cursor.version())));
    }
    assertThat(cursor.next()).as("a cursor at its end stays there").isFalse();
    return found;
  }

  private static void compare(IndexReader reader, IndexModel model, KeyRange range, long at) {
    List<Map.Entry<Bytes, KeyRecord>> found = scan(reader, range, at);
    assertThat(found).as("%s at %s", range, at).isEqualTo(model.scan(range, at));
    assertThat(reader.count(range, at)).as("count of %s at %s", range, at).isEqualTo(found.size());
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  void randomHistoryReadsLikeTheModel(long seed) {
    World world = new World(seed);
    try (KeyIndex index = world.index) {

      for (int round = 0; round < 16; round++) {
        for (int i = world.random.nextInt(90); i > 0; i--) {
          world.change();
          if (world.random.nextInt(20) == 0) {
            compare(index.writer(), world.model, world.keys.range(), world.readable());
          }
        }
        if (world.random.nextInt(4) == 0) {
          world.compact();
        }
        index.writer().publish(world.revision);
        try (IndexView view = index.view()) {
          for (int i = 0; i < 8; i++) {
            compare(view, world.model, world.keys.range(), world.readable());
          }
          for (int i = 0; i < 200; i++) {
            Bytes key = world.keys.key();
            long at = world.readable();
            assertThat(view.get(key, at)).isEqualTo(world.model.get(key, at));
          }
        }
      }

      index.writer().publish(world.revision);
      index.writer().publish(world.revision);
      IndexAudit.check(index);
    }
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  void pinnedStatesStayIntactWhileTheWriterGoesOn(long seed) {
    record Pinned(IndexView view, IndexModel model, long revision, long floor) {}
    World world = new World(seed);
    try (KeyIndex index = world.index) {
      List<Pinned> pinned = new ArrayList<>();

      for (int round = 0; round < 16; round++) {
        for (int i = world.random.nextInt(60); i > 0; i--) {
          world.change();
        }
        if (world.random.nextInt(3) == 0) {
          world.compact();
        }
        IndexRoot root = index.writer().publish(world.revision);
        IndexView view =
            requireNonNull(index.tryView(root), "the newest state can always be pinned");
        pinned.add(new Pinned(view, world.model.copy(), world.revision, world.floor));
        while (pinned.size() > 1 + world.random.nextInt(8)) {
          Pinned oldest = pinned.remove(world.random.nextInt(pinned.size()));
          for (int i = 0; i < 4; i++) {
            long at = oldest.floor + world.random.nextLong(oldest.revision - oldest.floor + 1);
            compare(oldest.view, oldest.model, world.keys.range(), at);
          }
          oldest.view.close();
        }
      }

      pinned.forEach(p -> p.view.close());
      for (int i = 0; i < 3; i++) {
        index.writer().publish(world.revision);
      }
      assertThat(index.reclamation().waiting()).as("pages waiting without readers").isZero();
      IndexAudit.check(index);
    }
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  void bulkLoadGivesTheSameAsWriting(long seed) {
    World world = new World(seed);
    for (int i = 0; i < 700; i++) {
      world.change();
    }
    if (seed % 2 == 0) {
      world.compact();
    }
    int partitions = 1 + (int) (seed % 4);
    List<Map.Entry<Bytes, IndexModel.Entry>> records = world.model.records();
    world.index.close();

    try (KeyIndex index = new KeyIndex()) {
      IndexLoader loader = index.loader(partitions);
      for (int p = 0; p < partitions; p++) {
        try (IndexLoader.Partition partition = loader.partition(p)) {
          int from = records.size() * p / partitions;
          int to = records.size() * (p + 1) / partitions;
          for (Map.Entry<Bytes, IndexModel.Entry> record : records.subList(from, to)) {
            IndexModel.Entry e = record.getValue();
            partition.add(
                record.getKey(), e.main(), e.sub(), e.tombstone(), e.create(), e.version());
          }
        }
      }
      IndexRoot root = loader.finish(world.revision);

      IndexAudit.check(index);
      assertThat(root.alive()).isEqualTo(world.model.scan(KeyRange.ALL, Long.MAX_VALUE).size());
      try (IndexView view = index.view()) {
        for (int i = 0; i < 50; i++) {
          compare(view, world.model, world.keys.range(), world.readable());
        }
      }

      // The loaded tree goes on like any other.
      for (int i = 0; i < 300; i++) {
        world.revision++;
        Bytes key = world.keys.key();
        assertThat(index.writer().put(key, world.revision, 0))
            .isEqualTo(world.model.put(key, world.revision, 0));
      }
      IndexCompaction compaction = index.writer().compaction(world.revision);
      while (compaction.step(100, (main, sub, tombstone) -> {})) {}
      world.model.compact(world.revision);
      compare(index.writer(), world.model, KeyRange.ALL, IndexReader.LATEST);
      index.writer().publish(world.revision);
      index.writer().publish(world.revision);
      IndexAudit.check(index);
    }
  }

  @Test
  void emptyIndexHoldsNothing() {
    try (KeyIndex index = new KeyIndex();
        IndexView view = index.view()) {
      assertThat(view.get(Bytes.utf8("a"), IndexReader.LATEST)).isNull();
      assertThat(view.scan(KeyRange.ALL, IndexReader.LATEST).next()).isFalse();
      assertThat(view.count(KeyRange.ALL, IndexReader.LATEST)).isZero();
      assertThat(index.writer().tombstone(Bytes.utf8("a"), 2, 0)).isNull();
    }
  }

  @Test
  void unpublishedWritesAreSeenByTheWriterOnly() {
    try (KeyIndex index = new KeyIndex()) {
      Bytes key = Bytes.utf8("a");

      index.writer().put(key, 2, 0);

      assertThat(index.writer().get(key, IndexReader.LATEST)).isEqualTo(new KeyRecord(2, 2, 0, 1));
      try (IndexView view = index.view()) {
        assertThat(view.get(key, IndexReader.LATEST)).isNull();
      }
    }
  }

  @Test
  void stateThatWasReplacedTwiceIsRefusedOnceItsPagesMayBeReused() {
    try (KeyIndex index = new KeyIndex()) {
      IndexWriter writer = index.writer();
      writer.put(Bytes.utf8("a"), 2, 0);
      IndexRoot first = writer.publish(2);
      writer.put(Bytes.utf8("b"), 3, 0);
      writer.publish(3);
      closeIfPresent(index.tryView(first), true);

      writer.put(Bytes.utf8("c"), 4, 0);
      writer.publish(4);

      closeIfPresent(index.tryView(first), false);
    }
  }

  private static void closeIfPresent(@Nullable IndexView view, boolean present) {
    assertThat(view != null).isEqualTo(present);
    if (view != null) {
      view.close();
    }
  }

  @Test
  void recordsOfAKeyAreDroppedOldestFirst() {
    try (KeyIndex index = new KeyIndex()) {
      Bytes key = Bytes.utf8("a");
      for (int i = 2; i < 300; i++) {
        index.writer().put(key, i, 0);
      }
      index.writer().tombstone(key, 300, 0);
      List<Long> dropped = new ArrayList<>();

      index.writer().compaction(301).step(1, (main, sub, tombstone) -> dropped.add(main));

      assertThat(dropped).isEqualTo(LongStream.rangeClosed(2, 300).boxed().toList());
    }
  }

  @Test
  void historyOfAHotKeyIsReadAtEveryRevision() {
    try (KeyIndex index = new KeyIndex()) {
      Bytes key = Bytes.utf8("hot");
      int last = 60_000;
      for (int i = 2; i <= last; i++) {
        index.writer().put(key, i, 0);
      }

      for (int i = 2; i <= last; i++) {
        assertThat(index.writer().get(key, i)).isEqualTo(new KeyRecord(2, i, 0, i - 1));
      }

      IndexCompaction compaction = index.writer().compaction(1000);
      assertThat(compaction.step(1, (main, sub, tombstone) -> {})).isFalse();
      for (int i = 1000; i <= last; i += 7) {
        assertThat(index.writer().get(key, i)).isEqualTo(new KeyRecord(2, i, 0, i - 1));
      }
    }
  }

  @Test
  void moreViewsThanSlotsCanBeOpen() {
    try (KeyIndex index = new KeyIndex()) {
      List<IndexView> views = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        views.add(index.view());
      }
      assertThat(index.reclamation().readers().open()).isEqualTo(300);
      views.forEach(IndexView::close);
      assertThat(index.reclamation().readers().open()).isZero();
    }
  }

  @Test
  void keysOfTheLargestRequestWork() {
    try (KeyIndex index = new KeyIndex()) {
      List<Bytes> keys = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        byte[] key = new byte[1_500_000 + i % 2];
        key[key.length - 1] = (byte) (i / 2);
        keys.add(Bytes.of(key));
      }
      IndexModel model = new IndexModel();
      for (int i = 0; i < keys.size(); i++) {
        index.writer().put(keys.get(i), i + 2, 0);
        model.put(keys.get(i), i + 2, 0);
      }
      index.writer().publish(30);

      try (IndexView view = index.view()) {
        compare(view, model, KeyRange.ALL, IndexReader.LATEST);
        compare(view, model, KeyRange.from(keys.get(7)), 20);
      }

      for (int i = 0; i < keys.size(); i++) {
        index.writer().tombstone(keys.get(i), 31, i);
      }
      while (index.writer().compaction(32).step(1000, (main, sub, tombstone) -> {})) {}
      for (int i = 0; i < 3; i++) {
        index.writer().publish(32);
      }
      IndexAudit.check(index);
      assertThat(index.usedBytes()).as("everything given back").isLessThan(16_384);
    }
  }
}
