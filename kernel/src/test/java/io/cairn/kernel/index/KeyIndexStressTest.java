// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Readers beside a writer, and the memory that is needed. */
final class KeyIndexStressTest {

  private static final int KEYS = 3000;
  private static final int BATCHES = 3_000;

  /** What the writer offers to readers: a root and the floor at its publication. */
  private record Offer(IndexRoot root, long floor) {}

  private static Bytes key(int i) {
    return Bytes.utf8("/registry/things/" + i % 7 + "/" + i);
  }

  /**
   * Every revision rewrites or deletes a pair of keys, so whatever the state, either both keys of a
   * pair exist with one revision or neither does.
   */
  @Test
  void readersSeeWholeRevisionsWhileTheWriterGoesOn() throws Exception {
    try (KeyIndex index = new KeyIndex();
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      AtomicBoolean stop = new AtomicBoolean();
      AtomicLong views = new AtomicLong();
      // The newest offers; readers also try old ones, which must be refused or intact.
      Offer[] offers = new Offer[4];
      Arrays.fill(offers, new Offer(index.published(), 0));
      Runnable reader =
          () -> {
            Random random = new Random(11);
            long read = 0;
            while (!stop.get()) {
              Offer taken;
              synchronized (offers) {
                taken = offers[random.nextInt(offers.length)];
              }
              IndexView view = index.tryView(taken.root());
              if (view == null) {
                continue;
              }
              try (view) {
                readPairs(view, taken, random);
                read++;
              }
            }
            views.addAndGet(read);
          };
      List<Future<?>> readers = List.of(threads.submit(reader), threads.submit(reader));

      IndexWriter writer = index.writer();
      Random random = new Random(7);
      long revision = 0;
      long floor = 0;
      IndexCompaction compaction = writer.compaction(0);
      for (int batch = 0; batch < BATCHES; batch++) {
        for (int i = random.nextInt(4); i >= 0; i--) {
          revision++;
          int pair = random.nextInt(KEYS / 2) * 2;
          if (random.nextInt(3) == 0) {
            writer.tombstone(key(pair), revision, 0);
            writer.tombstone(key(pair + 1), revision, 1);
          } else {
            writer.put(key(pair), revision, 0);
            writer.put(key(pair + 1), revision, 1);
          }
        }
        if (!compaction.step(200, (main, sub, tombstone) -> {}) && revision > floor + 3000) {
          floor = revision - 1000;
          compaction = writer.compaction(floor);
        }
        IndexRoot root = writer.publish(revision);
        synchronized (offers) {
          offers[batch % offers.length] = new Offer(root, floor);
        }
      }

      stop.set(true);
      for (Future<?> each : readers) {
        each.get();
      }
      assertThat(views.get()).isPositive();
      writer.publish(revision);
      writer.publish(revision);
      IndexAudit.check(index);
    }
  }

  private static void readPairs(IndexView view, Offer taken, Random random) {
    long newest = taken.root().revision();
    for (int i = 0; i < 20; i++) {
      long at = taken.floor() + random.nextLong(newest - taken.floor() + 1);
      int pair = random.nextInt(KEYS / 2) * 2;
      KeyRecord first = view.get(key(pair), at);
      KeyRecord second = view.get(key(pair + 1), at);
      InvariantViolation.check((first == null) == (second == null), "a pair is whole");
      InvariantViolation.check(
          first == null
              || second == null
              || (first.modRevision() == second.modRevision()
                  && first.createRevision() == second.createRevision()
                  && first.version() == second.version()
                  && first.modRevision() <= at),
          "a pair is of one revision");
    }
    long count = view.count(KeyRange.ALL, IndexReader.LATEST);
    InvariantViolation.check(count == view.root().alive(), "the count is that of the root");
    IndexCursor cursor = view.scan(KeyRange.ALL, IndexReader.LATEST);
    long scanned = 0;
    while (cursor.next()) {
      scanned++;
    }
    InvariantViolation.check(count == scanned, "the count is what a scan finds");
  }

  private static List<Bytes> randomKeys(int count, int length) {
    Random random = new Random(length);
    List<Bytes> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] key = new byte[length];
      random.nextBytes(key);
      keys.add(Bytes.of(key));
    }
    return keys;
  }

  /** Random bytes share nothing, so every byte of a key counts as its own. */
  @ParameterizedTest
  @CsvSource({"1000000, 8", "250000, 32"})
  void keysTakeAtMost64BytesEachBesideTheirOwn(int count, int length) {
    try (KeyIndex index = new KeyIndex()) {
      long revision = 1;
      for (Bytes key : randomKeys(count, length)) {
        index.writer().put(key, ++revision, 0);
        if (revision % 256 == 0) {
          index.writer().publish(revision);
        }
      }
      index.writer().publish(revision);

      double beside = (double) index.reservedBytes() / index.published().alive() - length;

      assertThat(beside).as("bytes beside a key of %s", length).isLessThan(64);
    }
  }
}
