// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.records;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.store.Bytes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ValueCacheTest {

  /** The only content that a revision can have. */
  private static Bytes record(long main, int sub, int lengthMax) {
    Random random = new Random(main * 31 + sub);
    byte[] record = new byte[random.nextInt(lengthMax)];
    Arrays.fill(record, (byte) (main * 7 + sub));
    return Bytes.of(record);
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  void findsNothingOrExactlyWhatWasInserted(long seed) {
    Random random = new Random(seed);
    int lengthMax = seed % 2 == 0 ? 40 : 2000;
    try (ValueCache cache = new ValueCache(1 << 20)) {
      Map<Long, Bytes> inserted = new HashMap<>();
      int found = 0;

      for (int i = 0; i < 40_000; i++) {
        long main = random.nextInt(8000);
        int sub = random.nextInt(3);
        if (random.nextBoolean()) {
          Bytes record = record(main, sub, lengthMax);
          cache.insert(main, sub, record);
          inserted.put(main * 3 + sub, record);
          assertThat(cache.find(main, sub)).as("just inserted").isEqualTo(record);
        } else {
          Bytes record = cache.find(main, sub);
          if (record != null) {
            assertThat(record).isEqualTo(inserted.get(main * 3 + sub));
            found++;
          }
        }
        assertThat(cache.bytes()).isLessThanOrEqualTo(1 << 20);
      }

      assertThat(found).as("hits").isGreaterThan(300);
    }
  }

  @Test
  void recordsThatAreReadOutliveThoseThatAreNot() {
    try (ValueCache cache = new ValueCache(1 << 20)) {
      Bytes record = Bytes.of(new byte[500]);
      for (int i = 0; i < 20_000; i++) {
        cache.insert(i, 0, record);
        if (i >= 10) {
          assertThat(cache.find(i % 10, 0)).as("read again and again").isNotNull();
        }
      }

      assertThat(cache.find(5000, 0)).as("never read").isNull();
    }
  }

  @Test
  void cacheThatIsReadThroughoutStillTakesNewRecords() {
    try (ValueCache cache = new ValueCache(1 << 20)) {
      Bytes record = Bytes.of(new byte[500]);
      for (int i = 0; i < 20_000; i++) {
        cache.insert(i, 0, record);
        for (int j = Math.max(0, i - 3000); j <= i; j += 97) {
          cache.find(j, 0);
        }
        assertThat(cache.find(i, 0)).isNotNull();
      }
      assertThat(cache.bytes()).isLessThanOrEqualTo(1 << 20);
    }
  }

  @Test
  void recordTooLargeForTheBudgetIsNotKept() {
    try (ValueCache cache = new ValueCache(1 << 20)) {
      cache.insert(1, 0, Bytes.utf8("small"));
      cache.insert(2, 0, Bytes.of(new byte[1 << 18]));

      assertThat(cache.find(2, 0)).isNull();
      assertThat(cache.find(1, 0)).isEqualTo(Bytes.utf8("small"));
    }
  }

  @Test
  void readersBesideAnInserterSeeOnlyWholeRecords() throws Exception {
    try (ValueCache cache = new ValueCache(1 << 19);
        ExecutorService threads = Executors.newFixedThreadPool(3)) {
      AtomicBoolean stop = new AtomicBoolean();
      AtomicLong newest = new AtomicLong(1);
      AtomicLong hits = new AtomicLong();
      Runnable reader =
          () -> {
            Random random = new Random(5);
            long mine = 0;
            while (!stop.get()) {
              long main = Math.max(0, newest.get() - random.nextInt(6000));
              Bytes record = cache.find(main, 1);
              if (record != null) {
                assertThat(record).isEqualTo(record(main, 1, 200));
                mine++;
              }
            }
            hits.addAndGet(mine);
          };
      Future<?> one = threads.submit(reader);
      Future<?> two = threads.submit(reader);

      for (long main = 1; main < 50_000; main++) {
        cache.insert(main, 1, record(main, 1, 200));
        newest.set(main);
      }

      stop.set(true);
      one.get();
      two.get();
      assertThat(hits.get()).isPositive();
    }
  }
}
