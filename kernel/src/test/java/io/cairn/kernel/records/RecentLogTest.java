// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.records;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.EventFormat;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class RecentLogTest {

  /** A record as it was appended. */
  private record Appended(
      long main, int sub, Bytes key, boolean tombstone, boolean creation, Bytes stored, long end) {

    Bytes eventKeyValue() {
      return tombstone
          ? KeyValueFormat.encode(new KeyValue(key, 0, main, 0, Bytes.EMPTY, 0))
          : stored;
    }
  }

  /** Appends random revisions and remembers them. */
  private static final class Writer {
    final Random random;
    final RecentLog log;
    final List<Appended> appended = new ArrayList<>();
    long revision;

    Writer(long seed, RecentLog log, long revision) {
      this.random = new Random(seed);
      this.log = log;
      this.revision = revision;
    }

    void revision() {
      revision++;
      int subs = random.nextInt(12) == 0 ? 1 + random.nextInt(60) : 1;
      for (int sub = 0; sub < subs; sub++) {
        byte[] key = new byte[1 + random.nextInt(random.nextInt(20) == 0 ? 300 : 20)];
        random.nextBytes(key);
        append(Bytes.of(key), sub);
      }
    }

    private void append(Bytes key, int sub) {
      boolean tombstone = random.nextInt(3) == 0;
      boolean creation = !tombstone && random.nextBoolean();
      Bytes stored;
      Bytes expected;
      if (tombstone) {
        expected = KeyValueFormat.encode(new KeyValue(key, 0, 0, 0, Bytes.EMPTY, 0));
        stored = log.appendTombstone(key, revision, sub);
      } else {
        byte[] value = new byte[random.nextInt(random.nextInt(30) == 0 ? 9000 : 200)];
        random.nextBytes(value);
        KeyValue kv =
            new KeyValue(
                key,
                creation ? revision : revision - 1,
                revision,
                creation ? 1 : 7,
                Bytes.of(value),
                random.nextInt(2) * 77L);
        expected = KeyValueFormat.encode(kv);
        stored =
            log.appendPut(
                key, kv.createRevision(), revision, sub, kv.version(), kv.value(), kv.lease());
      }
      assertThat(stored).isEqualTo(expected);
      appended.add(new Appended(revision, sub, key, tombstone, creation, expected, log.end()));
    }

    /** The records of the revisions from {@code from} to {@code to}. */
    List<Appended> between(long from, long to) {
      return appended.stream().filter(a -> a.main >= from && a.main <= to).toList();
    }
  }

  private static void checkCursor(RecentCursor cursor, List<Appended> expected) {
    for (Appended a : expected) {
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.main()).isEqualTo(a.main);
      assertThat(cursor.sub()).isEqualTo(a.sub);
      assertThat(cursor.isTombstone()).isEqualTo(a.tombstone);
      assertThat(cursor.isCreation()).isEqualTo(a.creation);
      assertThat(cursor.key()).isEqualTo(a.key);
      assertThat(cursor.stored()).isEqualTo(a.stored);
      assertThat(cursor.eventKeyValue()).isEqualTo(a.eventKeyValue());
      assertThat(cursor.end()).isEqualTo(a.end);
    }
    assertThat(cursor.next()).isFalse();
    assertThat(cursor.next()).isFalse();
  }

  private static void checkRuns(List<Bytes> runs, List<Appended> expected) {
    List<Appended> left = new ArrayList<>(expected);
    for (Bytes run : runs) {
      EventFormat.forEach(
          run,
          (deletion, kv, previous) -> {
            Appended next = left.removeFirst();
            assertThat(deletion).isEqualTo(next.tombstone);
            assertThat(kv).isEqualTo(next.eventKeyValue());
            assertThat(previous).isEqualTo(Bytes.EMPTY);
          });
    }
    assertThat(left).isEmpty();
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  void randomHistoryReadsBack(long seed) {
    long start = seed % 1000;
    RecentLog log = new RecentLog(start, 20_000, 4096);
    Writer writer = new Writer(seed, log, start);
    Random random = writer.random;

    for (int round = 0; round < 60; round++) {
      for (int i = random.nextInt(30); i > 0; i--) {
        writer.revision();
      }
      RecentView view = log.publish();
      long first = view.firstRevision();
      long last = view.lastRevision();

      assertThat(last).isEqualTo(writer.revision);
      assertThat(view.from(first - 1)).isNull();
      assertThat(view.runs(first - 1, last)).isNull();
      long from = first + random.nextLong(last - first + 2);
      long to = from + random.nextLong(last - first + 2);
      checkCursor(requireNonNull(view.from(from)), writer.between(from, last));
      checkRuns(requireNonNull(view.runs(from, to)), writer.between(from, to));
      for (Appended a : writer.between(first, last)) {
        assertThat(view.find(a.main, a.sub)).isEqualTo(a.stored);
      }
      for (Appended a : writer.appended) {
        Bytes found = view.find(a.main, a.sub);
        assertThat(found == null || found.equals(a.stored)).isTrue();
        if (a.main >= first) {
          assertThat(view.find(a.main, a.sub + 1_000)).isNull();
        }
      }

      long flushed = log.flushedPosition();
      List<Appended> unflushed = writer.appended.stream().filter(a -> a.end > flushed).toList();
      checkCursor(view.fromPosition(flushed), unflushed);
      if (!unflushed.isEmpty()) {
        log.flushed(unflushed.get(random.nextInt(unflushed.size())).end);
        assertThat(log.unflushedBytes()).isEqualTo(view.end() - log.flushedPosition());
      }
    }
  }

  @Test
  void flushedArraysBeyondTheBudgetAreDroppedOldestFirst() {
    RecentLog log = new RecentLog(1, 10_000, 4096);
    Writer writer = new Writer(3, log, 1);
    while (log.end() < 50_000) {
      writer.revision();
    }

    RecentView before = log.publish();
    assertThat(before.firstRevision()).as("nothing is flushed yet").isEqualTo(2);

    log.flushed(before.end());
    RecentView after = log.publish();
    assertThat(after.firstRevision()).isGreaterThan(2);
    assertThat(log.heldBytes()).isLessThanOrEqualTo(10_000);
    checkCursor(
        requireNonNull(after.from(after.firstRevision())),
        writer.between(after.firstRevision(), writer.revision));
    checkCursor(requireNonNull(before.from(2)), writer.appended);
  }

  @Test
  void revisionOfManyArraysIsReadWhole() {
    RecentLog log = new RecentLog(1, 0, 4096);
    List<Bytes> stored = new ArrayList<>();
    for (int sub = 0; sub < 2000; sub++) {
      stored.add(log.appendPut(Bytes.utf8("key" + sub), 2, 2, sub, 1, Bytes.utf8("v"), 0));
    }
    log.appendTombstone(Bytes.utf8("key1"), 3, 0);
    RecentView view = log.publish();

    for (int sub = 0; sub < 2000; sub++) {
      assertThat(view.find(2, sub)).isEqualTo(stored.get(sub));
    }
    assertThat(view.find(2, 2000)).isNull();

    log.flushed(view.end());
    RecentView later = log.publish();
    assertThat(later.firstRevision()).as("half of revision 2 is gone").isEqualTo(3);
    RecentCursor cursor = requireNonNull(later.from(3));
    assertThat(cursor.next()).isTrue();
    assertThat(cursor.main()).isEqualTo(3);
    assertThat(cursor.sub()).isZero();
    assertThat(cursor.next()).isFalse();
  }

  @Test
  void recordLargerThanAnArrayGetsItsOwn() {
    RecentLog log = new RecentLog(1, 1 << 20);
    Bytes large = Bytes.of(new byte[3 << 20]);

    log.appendPut(Bytes.utf8("a"), 2, 2, 0, 1, Bytes.utf8("x"), 0);
    Bytes stored = log.appendPut(Bytes.utf8("b"), 3, 3, 0, 1, large, 0);
    log.appendPut(Bytes.utf8("c"), 4, 4, 0, 1, Bytes.utf8("y"), 0);

    RecentView view = log.publish();
    assertThat(KeyValueFormat.decode(requireNonNull(view.find(3, 0))).value()).isEqualTo(large);
    assertThat(view.find(3, 0)).isEqualTo(stored);
    assertThat(requireNonNull(view.runs(2, 4))).hasSize(3);
  }

  @Test
  void unpublishedRecordsAreSeenByTheWriterOnly() {
    RecentLog log = new RecentLog(1, 1 << 20);

    Bytes stored = log.appendPut(Bytes.utf8("a"), 2, 2, 0, 1, Bytes.utf8("x"), 0);

    assertThat(log.published().find(2, 0)).isNull();
    assertThat(log.unpublished().find(2, 0)).isEqualTo(stored);
  }

  @Test
  void gapsAreRefused() {
    RecentLog log = new RecentLog(1, 1 << 20);

    assertThatThrownBy(() -> log.appendTombstone(Bytes.utf8("a"), 3, 0))
        .isInstanceOf(InvariantViolation.class);
    assertThatThrownBy(() -> log.appendTombstone(Bytes.utf8("a"), 2, 1))
        .isInstanceOf(InvariantViolation.class);
  }

  @Test
  void adjacentEventsBecomeOneRun() {
    RecentLog log = new RecentLog(1, 1 << 20);
    for (int i = 0; i < 9; i++) {
      log.appendPut(Bytes.utf8("k" + i), 2 + i, 2 + i, 0, 1, Bytes.utf8("v"), 0);
    }
    RecentCursor cursor = requireNonNull(log.publish().from(2));
    EventRuns runs = new EventRuns();
    long bytes = 0;

    for (int i = 0; cursor.next(); i++) {
      if (i != 4) {
        runs.add(cursor.event());
        bytes += cursor.event().length();
      }
    }

    assertThat(runs.bytes()).isEqualTo(bytes);
    assertThat(runs.finish()).as("one on each side of the event left out").hasSize(2);
  }
}
