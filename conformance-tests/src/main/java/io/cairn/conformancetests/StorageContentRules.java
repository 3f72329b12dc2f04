// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.cairn.conformancetests.report.Level;
import io.cairn.conformancetests.report.TestsRule;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** The rules on what tables, commits, views and cursors hold while an engine is open. */
abstract class StorageContentRules extends StorageSuite {

  @Nested
  @TestsRule(StorageRules.S1)
  @DisplayName("S1 a table is an ordered map from byte keys to byte values")
  class OrderedMaps {
    @Test
    void keysAreOrderedAsUnsignedBytesAndAPrefixComesFirst() {
      List<Bytes> ordered =
          List.of(
              bytes(0),
              bytes(0, 0),
              bytes(0, 0xff),
              bytes(1),
              bytes(0x7f),
              bytes(0x7f, 0xff),
              bytes(0x80),
              bytes(0xff),
              bytes(0xff, 0),
              bytes(0xff, 0xff));
      StorageEngine engine = open();
      for (int i : new int[] {5, 0, 9, 3, 7, 1, 8, 2, 6, 4}) {
        commit(engine, new Mutation.Put(ANY, ordered.get(i), text("v")));
      }

      List<Bytes> visited = new ArrayList<>();
      try (StorageView view = engine.view();
          Cursor cursor = view.scan(ANY, Bytes.EMPTY, Bytes.EMPTY)) {
        while (cursor.next()) {
          visited.add(cursor.key());
        }
      }

      assertThat(visited).isEqualTo(ordered);
    }

    @Test
    void keysOfTheGreatestLengthAreKept() {
      StorageEngine engine = open();
      Bytes low = bytes(new int[255]);
      Bytes high = bytes(IntStream.generate(() -> 0xff).limit(255).toArray());

      commit(
          engine,
          new Mutation.Put(ANY, low, text("low")),
          new Mutation.Put(ASCENDING, high, text("high")));

      assertThat(get(engine, ANY, low)).isEqualTo(text("low"));
      assertThat(get(engine, ASCENDING, high)).isEqualTo(text("high"));
    }

    @Test
    void aPutReplacesAndADeletionRemoves() {
      StorageEngine engine = open();
      commit(engine, put(ANY, "a", "1"), put(ANY, "b", "1"));

      commit(engine, put(ANY, "a", "2"), delete(ANY, "b"), delete(ANY, "c"));

      assertThat(content(engine, ANY)).containsExactly(entry("a", "2"));
    }

    @Test
    void aDeletedKeyCanBePutAgain() {
      StorageEngine engine = open();
      commit(engine, put(ANY, "a", "1"));
      commit(engine, delete(ANY, "a"));

      commit(engine, put(ANY, "a", "2"));

      assertThat(content(engine, ANY)).containsExactly(entry("a", "2"));
      assertThat(get(engine, ANY, text("a"))).isEqualTo(text("2"));
    }

    @Test
    void aRangeDeletionTakesItsStartAndLeavesItsEnd() {
      StorageEngine engine = open();
      commit(
          engine, put(ANY, "a", "1"), put(ANY, "b", "2"), put(ANY, "c", "3"), put(ANY, "d", "4"));

      commit(engine, deleteRange(ANY, "b", "d"), deleteRange(ANY, "d", "a"));

      assertThat(content(engine, ANY)).containsExactly(entry("a", "1"), entry("d", "4"));
    }

    @Test
    void aRangeDeletionWithoutEndGoesToTheEnd() {
      StorageEngine engine = open();
      Bytes last = bytes(IntStream.generate(() -> 0xff).limit(255).toArray());
      commit(engine, put(ANY, "a", "1"), put(ANY, "b", "2"), new Mutation.Put(ANY, last, last));

      commit(engine, deleteRange(ANY, "b", ""));

      assertThat(content(engine, ANY)).containsExactly(entry("a", "1"));
    }

    @Test
    void tablesDoNotShareKeys() {
      StorageEngine engine = open();

      commit(engine, put(ANY, "k", "any"), put(OTHER, "k", "other"), put(ASCENDING, "k", "asc"));
      commit(engine, delete(ANY, "k"), deleteRange(ASCENDING, "a", "z"));

      assertThat(content(engine, ANY)).isEmpty();
      assertThat(content(engine, OTHER)).containsExactly(entry("k", "other"));
      assertThat(content(engine, ASCENDING)).isEmpty();
    }
  }

  @Nested
  @TestsRule(StorageRules.S2)
  @DisplayName("S2 a view shows what was committed before it, and nothing later")
  class StableViews {
    @Test
    void laterCommitsDoNotReachAView() {
      StorageEngine engine = open();
      commit(engine, put(ANY, "a", "1"), put(ANY, "b", "1"), put(ASCENDING, "a", "1"));

      try (StorageView view = engine.view()) {
        commit(engine, put(ANY, "a", "2"), delete(ANY, "b"), put(ANY, "c", "2"));
        commit(engine, deleteRange(ASCENDING, "a", ""));
        engine.barrier();

        assertThat(get(view, ANY, text("a"))).isEqualTo(text("1"));
        assertThat(content(view, ANY)).containsExactly(entry("a", "1"), entry("b", "1"));
        assertThat(drain(view.scanReverse(ANY, Bytes.EMPTY, Bytes.EMPTY)))
            .containsExactly(entry("b", "1"), entry("a", "1"));
        assertThat(content(view, ASCENDING)).containsExactly(entry("a", "1"));
      }
      assertThat(content(engine, ANY)).containsExactly(entry("a", "2"), entry("c", "2"));
    }

    @Test
    void viewsOfManyAgesLiveSideBySide() {
      StorageEngine engine = open();
      List<StorageView> views = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        commit(engine, put(ANY, "k", "" + i), put(ASCENDING, "" + (100 + i), "v"));
        views.add(engine.view());
      }
      engine.reclaim();

      for (int i = 0; i < 30; i++) {
        try (StorageView view = views.get(i)) {
          assertThat(get(view, ANY, text("k"))).isEqualTo(text("" + i));
          assertThat(content(view, ASCENDING)).hasSize(i + 1);
        }
      }
    }

    @Test
    void aCursorKeepsItsViewWhileCommitsGoOn() {
      StorageEngine engine = open();
      for (int i = 0; i < 500; i++) {
        commit(engine, new Mutation.Put(ASCENDING, numbered(i), text("v")));
      }

      int visited = 0;
      try (StorageView view = engine.view();
          Cursor cursor = view.scan(ASCENDING, Bytes.EMPTY, Bytes.EMPTY)) {
        while (cursor.next()) {
          assertThat(cursor.key()).isEqualTo(numbered(visited++));
          commit(
              engine,
              new Mutation.DeleteRange(ASCENDING, Bytes.EMPTY, numbered(visited + 5)),
              new Mutation.Put(ASCENDING, numbered(1000 + visited), text("v")));
        }
      }

      assertThat(visited).isEqualTo(500);
    }
  }

  @Nested
  @TestsRule(StorageRules.S3)
  @DisplayName("S3 a commit applies its mutations in order, all or none")
  class AtomicCommits {
    @Test
    void mutationsApplyInOrder() {
      StorageEngine engine = open();

      commit(
          engine,
          put(ANY, "a", "1"),
          put(ANY, "b", "1"),
          deleteRange(ANY, "a", "c"),
          put(ANY, "b", "2"),
          put(ANY, "c", "1"),
          delete(ANY, "c"));

      assertThat(content(engine, ANY)).containsExactly(entry("b", "2"));
    }

    @Test
    void anEmptyBatchChangesNothing() {
      StorageEngine engine = open();
      commit(engine, put(ANY, "a", "1"));

      engine.commit(List.of());

      assertThat(content(engine, ANY)).containsExactly(entry("a", "1"));
    }

    @Test
    void noViewShowsAPartOfABatch() throws Exception {
      int batches = Level.ofThisRun().pick(200, 2000);
      StorageEngine engine = open();
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                for (int batch = 0; batch < batches; batch++) {
                  List<Mutation> mutations = new ArrayList<>();
                  for (int i = 0; i < 100; i++) {
                    mutations.add(put(i % 2 == 0 ? ANY : OTHER, "k" + i, "" + batch));
                  }
                  engine.commit(mutations);
                }
              });

      try {
        while (writer.isAlive()) {
          try (StorageView view = engine.view()) {
            List<String> values = new ArrayList<>(content(view, ANY).values());
            values.addAll(content(view, OTHER).values());
            assertThat(values.stream().distinct().count()).isLessThanOrEqualTo(1);
            assertThat(values.size()).isIn(0, 100);
          }
        }
      } finally {
        writer.join();
      }
    }

    @Test
    void aCommitThatFailsLeavesNothingBehind(TestReporter reporter) {
      StorageEngine engine = open();
      try (StorageView before = engine.view()) {
        assertThatThrownBy(() ->
                engine.commit(BreakingBatch.thatThrows(put(ANY, "a", "1"), put(ANY, "b", "1"))))
            .isInstanceOf(RuntimeException.class);
        assertThat(content(before, ANY)).isEmpty();
      }
      close(engine);

      if (durable(reporter)) {
        assertThat(content(open(), ANY)).isEmpty();
      }
    }
  }

  @Nested
  @TestsRule(StorageRules.S5)
  @DisplayName("S5 a cursor visits the keys of its range once each, in order or in reverse")
  class Cursors {
    private StorageEngine engineWithLetters() {
      StorageEngine engine = open();
      commit(
          engine, put(ANY, "b", "2"), put(ANY, "d", "4"), put(ANY, "a", "1"), put(ANY, "c", "3"));
      return engine;
    }

    @Test
    void theStartIsVisitedAndTheEndIsNot() {
      try (StorageView view = engineWithLetters().view()) {
        assertThat(drain(view.scan(ANY, text("b"), text("d"))).keySet()).containsExactly("b", "c");
        assertThat(drain(view.scanReverse(ANY, text("b"), text("d"))).keySet())
            .containsExactly("c", "b");
      }
    }

    @Test
    void boundsNeedNotBeKeys() {
      try (StorageView view = engineWithLetters().view()) {
        assertThat(drain(view.scan(ANY, text("aa"), text("cc"))).keySet())
            .containsExactly("b", "c");
        assertThat(drain(view.scanReverse(ANY, text("aa"), text("cc"))).keySet())
            .containsExactly("c", "b");
      }
    }

    @Test
    void emptyBoundsMeanEverything() {
      try (StorageView view = engineWithLetters().view()) {
        assertThat(drain(view.scan(ANY, Bytes.EMPTY, Bytes.EMPTY)).keySet())
            .containsExactly("a", "b", "c", "d");
        assertThat(drain(view.scanReverse(ANY, Bytes.EMPTY, Bytes.EMPTY)).keySet())
            .containsExactly("d", "c", "b", "a");
        assertThat(drain(view.scan(ANY, text("c"), Bytes.EMPTY)).keySet())
            .containsExactly("c", "d");
        assertThat(drain(view.scanReverse(ANY, Bytes.EMPTY, text("c"))).keySet())
            .containsExactly("b", "a");
      }
    }

    @Test
    void aRangeWithoutKeysIsEmptyForEver() {
      try (StorageView view = engineWithLetters().view()) {
        for (boolean reverse : new boolean[] {false, true}) {
          for (String[] range : new String[][] {{"b", "b"}, {"d", "a"}, {"x", "z"}, {"0", "9"}}) {
            Bytes from = text(range[0]);
            Bytes to = text(range[1]);
            try (Cursor cursor =
                reverse ? view.scanReverse(ANY, from, to) : view.scan(ANY, from, to)) {
              assertThat(cursor.next()).isFalse();
              assertThat(cursor.next()).isFalse();
            }
          }
        }
      }
    }

    @Test
    void cursorsOfOneViewAreIndependent() {
      try (StorageView view = engineWithLetters().view();
          Cursor up = view.scan(ANY, Bytes.EMPTY, Bytes.EMPTY);
          Cursor down = view.scanReverse(ANY, Bytes.EMPTY, Bytes.EMPTY)) {
        for (int i = 0; i < 4; i++) {
          assertThat(up.next()).isTrue();
          assertThat(down.next()).isTrue();
          assertThat(up.key()).isEqualTo(text("" + (char) ('a' + i)));
          assertThat(down.key()).isEqualTo(text("" + (char) ('d' - i)));
        }
        assertThat(up.next()).isFalse();
        assertThat(down.next()).isFalse();
      }
    }

    @Test
    void longRangesAreCompleteBothWays() {
      int count = Level.ofThisRun().pick(20_000, 200_000);
      StorageEngine engine = open();
      for (int batch = 0; batch < 20; batch++) {
        List<Mutation> mutations = new ArrayList<>();
        for (int i = batch * count / 20; i < (batch + 1) * count / 20; i++) {
          mutations.add(new Mutation.Put(ASCENDING, numbered(i), numbered(i)));
        }
        engine.commit(mutations);
        if (batch % 5 == 0) {
          engine.barrier();
        }
      }

      try (StorageView view = engine.view();
          Cursor up = view.scan(ASCENDING, Bytes.EMPTY, Bytes.EMPTY);
          Cursor down = view.scanReverse(ASCENDING, Bytes.EMPTY, Bytes.EMPTY)) {
        for (int i = 0; i < count; i++) {
          assertThat(up.next() && up.key().equals(numbered(i))).isTrue();
          assertThat(down.next() && down.key().equals(numbered(count - 1 - i))).isTrue();
        }
        assertThat(up.next() || down.next()).isFalse();
      }
    }
  }

  @Nested
  @TestsRule(StorageRules.S6)
  @DisplayName("S6 a read returns what was written")
  class FaithfulReads {
    @Test
    void arraysHandedInMayBeWrittenAgain() {
      StorageEngine engine = open();
      byte[] key = {'x', 'k', 'x'};
      byte[] value = {'x', 'v', 'x'};

      commit(engine, new Mutation.Put(ANY, Bytes.of(key, 1, 1), Bytes.of(value, 1, 1)));
      Arrays.fill(key, (byte) '!');
      Arrays.fill(value, (byte) '!');

      assertThat(content(engine, ANY)).containsExactly(entry("k", "v"));
    }

    @Test
    void valuesOfAllLengthsComeBack() {
      StorageEngine engine = open();
      List<Bytes> values = new ArrayList<>();
      for (int length : new int[] {0, 1, 4095, 4096, 70_000, 1_572_864, 8 << 20}) {
        byte[] value = new byte[length];
        for (int i = 0; i < length; i++) {
          value[i] = (byte) (i * 31 + (i >>> 8));
        }
        values.add(Bytes.of(value));
        commit(engine, new Mutation.Put(ASCENDING, numbered(values.size()), Bytes.of(value)));
      }
      engine.barrier();

      try (StorageView view = engine.view();
          Cursor cursor = view.scan(ASCENDING, Bytes.EMPTY, Bytes.EMPTY)) {
        for (int i = 0; i < values.size(); i++) {
          assertThat(cursor.next()).isTrue();
          assertThat(cursor.value().equals(values.get(i))).isTrue();
          assertThat(values.get(i).equals(get(view, ASCENDING, numbered(i + 1)))).isTrue();
        }
      }
    }

    @Test
    void whatWasReadStaysValid() {
      StorageEngine engine = open();
      commit(engine, put(ANY, "a", "1"), put(ANY, "b", "2"));
      List<Bytes> read = new ArrayList<>();

      try (StorageView view = engine.view();
          Cursor cursor = view.scan(ANY, Bytes.EMPTY, Bytes.EMPTY)) {
        while (cursor.next()) {
          read.add(cursor.key());
          read.add(cursor.value());
        }
        view.get(ANY, List.of(text("a"), text("b")), (position, value) -> read.add(value));
      }
      commit(engine, put(ANY, "a", "3"), put(ANY, "b", "4"));
      close(engine);

      assertThat(read.stream().map(Bytes::toUtf8)).containsExactly("a", "1", "b", "2", "1", "2");
    }

    @Test
    void manyKeysAreAnsweredInTheOrderAsked() {
      StorageEngine engine = open();
      List<Mutation> batch = new ArrayList<>();
      for (int i = 0; i < 3000; i += 2) {
        batch.add(new Mutation.Put(ASCENDING, numbered(i), text("v" + i)));
      }
      engine.commit(batch);
      engine.barrier();
      commit(engine, put(ANY, "other", "table"));
      List<Bytes> keys = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      for (int i = 2999; i >= 0; i--) {
        keys.add(numbered(i));
        if (i % 2 == 0) {
          expected.add((2999 - i) + "=v" + i);
        }
      }
      keys.add(numbered(0)); // asked twice
      expected.add("3000=v0");

      List<String> found = new ArrayList<>();
      try (StorageView view = engine.view()) {
        view.get(ASCENDING, keys, (position, value) -> found.add(position + "=" + value.toUtf8()));
        view.get(ASCENDING, List.of(), (position, value) -> found.add("nothing was asked"));
      }

      assertThat(found).isEqualTo(expected);
    }
  }
}
