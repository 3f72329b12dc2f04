// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.environment.ThreadLanes;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.EventFormat;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.WatchMessage;
import io.cairn.spi.store.WatchRequest;
import io.cairn.spi.store.WatchStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * The same watches on real threads: one that publishes, a lane per stream, and the lanes of the
 * watch service. Every wake-up that is lost shows as a stream that never gets to the end.
 */
final class WatchStressTest {
  private static final int STREAMS = 4;
  private static final int REVISIONS = 30_000;
  private static final String[] KEYS = {"a", "b", "c", "d"};

  /** A stream that checks that each watcher is told revisions of its range without a gap. */
  private static final class Reader {
    private final Lane lane;
    private final WatchStream stream;
    private final SplittableRandom random;
    // Set by whoever wakes, cleared by the lane before it pumps.
    private final AtomicBoolean woken = new AtomicBoolean();
    private final List<Long> told = new ArrayList<>();

    /** Whether both changes of that revision have been told. */
    private final List<Boolean> twice = new ArrayList<>();

    private final List<KeyRange> ranges = new ArrayList<>();
    private final CompletableFuture<Void> done;

    private Reader(WatchFacade watch, Lane lane, long seed, CompletableFuture<Void> done) {
      this.lane = lane;
      this.random = new SplittableRandom(seed);
      this.done = done;
      this.stream =
          watch.open(
              Caller.LOCAL,
              () -> {
                if (woken.compareAndSet(false, true)) {
                  lane.execute(this::pump);
                }
              });
    }

    private void create(String key, String end) {
      Bytes from = Bytes.utf8(key);
      Bytes to = Bytes.utf8(end);
      ranges.add(new KeyRange(from, to));
      told.add(1L);
      twice.add(false);
      stream.create(new WatchRequest(from, to, 2, false, false, false, false, 0, false));
    }

    private void pump() {
      try {
        woken.set(false);
        // Sometimes the client can take no more, and the transport comes back later.
        int budget = random.nextInt(8) == 0 ? 1 : Integer.MAX_VALUE;
        while (budget-- > 0) {
          WatchMessage message = stream.next();
          if (message == null) {
            return;
          }
          if (message instanceof WatchMessage.Events events) {
            take(events);
          }
        }
        if (woken.compareAndSet(false, true)) {
          lane.execute(this::pump);
        }
      } catch (Throwable failure) {
        done.completeExceptionally(failure);
      }
    }

    private void take(WatchMessage.Events events) {
      int id = (int) events.watchId();
      for (Bytes run : events.runs()) {
        EventFormat.forEach(
            run,
            (deletion, kv, previous) -> {
              long revision = KeyValueFormat.decode(kv).modRevision();
              for (long skipped = told.get(id) + 1; skipped < revision; skipped++) {
                assertThat(ranges.get(id).contains(keyOf(skipped)))
                    .as("watcher %d of %s is told revision %d", id, ranges.get(id), skipped)
                    .isFalse();
              }
              if (revision == told.get(id)) {
                assertThat(twice.set(id, true)).as("revision %d is told again", revision).isFalse();
                return;
              }
              assertThat(revision).isGreaterThan(told.get(id));
              told.set(id, revision);
              twice.set(id, false);
            });
      }
      boolean complete = true;
      for (int i = 0; i < told.size(); i++) {
        complete &= told.get(i) == lastOf(ranges.get(i));
      }
      if (complete) {
        done.complete(null);
      }
    }
  }

  private static Bytes keyOf(long revision) {
    return Bytes.utf8(KEYS[Long.hashCode(revision * 0x9e3779b97f4a7c15L) & 3]);
  }

  private static long lastOf(KeyRange range) {
    long last = REVISIONS + 1;
    while (!range.contains(keyOf(last))) {
      last--;
    }
    return last;
  }

  @Test
  void nothingIsLostBetweenThreads() throws Exception {
    AtomicReference<Throwable> broken = new AtomicReference<>();
    List<CompletableFuture<Void>> done = new ArrayList<>();
    ThreadLanes lanes =
        new ThreadLanes((what, cause) -> {
          broken.set(cause);
          throw new IllegalStateException(what, cause);
        });
    try {
      WatchWorld world = new WatchWorld(WatchOptions.of(KernelOptions.defaults(11, 22)), lanes);
      CountDownLatch created = new CountDownLatch(STREAMS);
      for (int i = 0; i < STREAMS; i++) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        done.add(end);
        Lane lane = lanes.lane("stream-" + i);
        Reader reader = new Reader(world.watch, lane, i, end);
        lane.execute(() -> {
          reader.create("\0", "\0");
          reader.create("\0", "\0");
          reader.create("a", "c");
          reader.create("b", "");
          reader.create("c", "\0");
          created.countDown();
        });
      }
      assertThat(created.await(30, TimeUnit.SECONDS)).isTrue();

      for (int revision = 2; revision <= REVISIONS + 1; revision++) {
        String key = keyOf(revision).toUtf8();
        world.revision().put(key, "x".repeat(100)).put(key + "~", "");
        if (revision % 3 == 0 || revision == REVISIONS + 1) {
          world.publishOnly();
        }
        if (revision % 5000 == 0) {
          world.writeOut();
        }
      }

      assertThat(CompletableFuture.allOf(done.toArray(CompletableFuture[]::new)))
          .succeedsWithin(Duration.ofSeconds(60));
      assertThat(broken).hasNullValue();
    } finally {
      lanes.close();
    }
  }
}
