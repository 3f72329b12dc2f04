// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.watch.WatchWorld.Event;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.EventFormat;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.WatchMessage;
import io.cairn.spi.store.WatchRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random histories, watched by clients fast and slow: each watcher is told exactly what follows
 * from the plain list of events, whatever is in memory and whatever is compacted meanwhile.
 */
final class WatchHistoryTest {
  private static final String[] KEYS = {"a", "ab", "abc", "b", "ba", "c", "d", "\0", "zz"};
  private static final String[] ENDS = {"", "", "", "\0", "b", "c", "zz", "abd"};
  private static final int FRAGMENT_BYTES = 700;

  /** What one watcher ought to be told, and what it has been. */
  private static final class Expectation {
    private final WatchWorld world;
    private final WatchRequest request;
    private final KeyRange range;
    private boolean created;
    private boolean compacted;
    private boolean inFragments;
    private long start;
    private int at;
    private long headerRevision;
    private long promised;

    private Expectation(WatchWorld world, WatchRequest request) {
      this.world = world;
      this.request = request;
      Bytes key = request.key().isEmpty() ? KeyRange.ZERO : request.key();
      this.range = new KeyRange(key, request.rangeEnd());
    }

    private void take(WatchMessage message) {
      switch (message) {
        case WatchMessage.Created made -> {
          assertThat(created).isFalse();
          created = true;
          long revision = made.header().revision();
          start = request.startRevision() == 0 ? revision + 1 : request.startRevision();
          skip();
        }
        case WatchMessage.Canceled ended -> {
          assertThat(created).isTrue();
          assertThat(ended.compactRevision()).isPositive().isLessThanOrEqualTo(world.floor());
          assertThat(ended.header().revision()).isZero();
          assertThat(ended.compactRevision())
              .as("only what has not been told may be lost")
              .isGreaterThan(start)
              .isGreaterThan(headerRevision)
              .isGreaterThan(promised);
          compacted = true;
        }
        case WatchMessage.Progress told -> {
          assertThat(inFragments).isFalse();
          promise(told.header().revision());
        }
        case WatchMessage.Events events -> takeEvents(events);
        case WatchMessage.Refused refused -> throw new AssertionError(refused);
      }
    }

    private void takeEvents(WatchMessage.Events message) {
      assertThat(created).isTrue();
      assertThat(compacted).isFalse();
      assertThat(message.runs()).isNotEmpty();
      if (inFragments) {
        assertThat(message.header().revision()).isEqualTo(headerRevision);
      }
      headerRevision = message.header().revision();
      Set<Long> revisions = new HashSet<>();
      long[] last = {0};
      int[] count = {0};
      int size = EventBytes.responseSize(message.header(), message.watchId());
      for (Bytes run : message.runs()) {
        size += run.length();
        EventFormat.forEach(
            run,
            (deletion, kv, previous) -> {
              Event event = world.events.get(at);
              assertThat(kv).as("event %s", event).isEqualTo(event.keyValue());
              assertThat(deletion).isEqualTo(event.deletion());
              if (!request.prevKv()) {
                assertThat(previous.isEmpty()).isTrue();
              } else if (!previous.isEmpty() || event.main() - 1 >= world.floor()) {
                assertThat(previous).as("what was before %s", event).isEqualTo(event.previous());
              }
              revisions.add(event.main());
              last[0] = event.main();
              count[0]++;
              at++;
              skip();
            });
      }
      assertThat(last[0]).isEqualTo(headerRevision).isGreaterThan(promised);
      assertThat(revisions).hasSizeLessThanOrEqualTo(BatchBuilder.REVISIONS_MAX);
      boolean more = at < world.events.size() && world.events.get(at).main() == last[0];
      assertThat(more).as("a revision is split only into fragments").isEqualTo(message.fragment());
      inFragments = message.fragment();
      if (request.fragment() && count[0] > 1) {
        assertThat(size).isLessThan(FRAGMENT_BYTES);
      }
      if (!request.fragment()) {
        assertThat(message.fragment()).isFalse();
      }
    }

    /** Nothing up to {@code revision} may be missing, and nothing of it may come later. */
    private void promise(long revision) {
      assertThat(at == world.events.size() || world.events.get(at).main() > revision)
          .as("everything up to %d has been told", revision)
          .isTrue();
      promised = Math.max(promised, revision);
    }

    /** Goes on to the next event that concerns the watcher. */
    private void skip() {
      while (at < world.events.size() && !concerns(world.events.get(at))) {
        at++;
      }
    }

    private boolean concerns(Event event) {
      return event.main() >= start
          && range.contains(event.key())
          && !(event.deletion() ? request.noDelete() : request.noPut());
    }
  }

  private static final class Watching {
    private final WatchWorld world;
    private final WatchClient client;
    private final boolean slow;
    private final Map<Long, Expectation> expectations = new TreeMap<>();
    private long ids = 1;

    private Watching(WatchWorld world, boolean slow) {
      this.world = world;
      this.client = world.client();
      this.slow = slow;
    }

    private void create(WatchRequest request) {
      long id = ids++;
      WatchRequest named = WatchClient.withId(request, id);
      expectations.put(id, new Expectation(world, named));
      client.stream.create(named);
    }

    /** Takes a message, or nothing; false if there was none. */
    private boolean take() {
      WatchMessage message = client.take();
      if (message == null) {
        return false;
      }
      if (message instanceof WatchMessage.Progress progress
          && progress.watchId() == WatchMessage.NO_ID) {
        for (Expectation one : expectations.values()) {
          if (one.created) {
            one.skip();
            one.promise(progress.header().revision());
          }
        }
        return true;
      }
      @Nullable Expectation one = expectations.get(message.watchId());
      if (one == null) {
        assertThat(message).isInstanceOf(WatchMessage.Canceled.class);
      } else {
        one.skip();
        one.take(message);
      }
      return true;
    }
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  void everyWatcherIsToldExactlyWhatConcernsIt(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    WatchWorld world = new WatchWorld(FRAGMENT_BYTES);
    List<Watching> clients = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      clients.add(new Watching(world, i % 2 == 1));
    }

    for (int step = 0; step < 1500; step++) {
      Watching someone = clients.get(random.nextInt(clients.size()));
      switch (random.nextInt(24)) {
        case 0, 1 -> someone.create(request(random, world));
        case 2 -> cancel(random, someone);
        case 3 -> someone.client.stream.requestProgress();
        case 4 -> world.previousInMemory = random.nextInt(3) > 0;
        case 5 -> world.time.passMillis(random.nextInt(400_000));
        case 6 -> {
          if (random.nextInt(20) == 0) {
            world.forget();
          }
        }
        case 7 -> {
          if (random.nextInt(20) == 0 && world.present() > world.floor()) {
            long reach = Math.min(world.present() - Math.max(0, world.floor()), 40);
            world.compact(world.present() - random.nextLong(reach));
          }
        }
        case 8 -> world.time.run();
        case 9 -> {
          if (random.nextInt(10) == 0) {
            for (int i = 0; i < 300; i++) {
              change(random, world);
            }
            world.publishOnly();
          }
        }
        default -> {
          for (int i = random.nextInt(4); i >= 0; i--) {
            change(random, world);
          }
          world.publishOnly();
        }
      }
      for (Watching one : clients) {
        if (!one.slow || random.nextInt(60) == 0) {
          pump(random, one);
        }
      }
    }

    // In the end everything has been told, to the last revision.
    world.time.run();
    while (clients.stream().anyMatch(one -> one.client.isAwake())) {
      clients.forEach(one -> pump(random, one));
      world.time.run();
    }
    for (Watching one : clients) {
      for (Expectation expectation : one.expectations.values()) {
        expectation.skip();
        assertThat(expectation.compacted || expectation.at == world.events.size())
            .as(
                "%s has been told all: %d of %d",
                expectation.request, expectation.at, world.events.size())
            .isTrue();
      }
    }
    clients.forEach(one -> one.client.stream.close());
    world.time.run();
    assertThat(world.watch.stats()).isEqualTo(new WatchStats(0, 0, 0));
  }

  private static void pump(SplittableRandom random, Watching one) {
    int limit = random.nextInt(4) == 0 ? 1 : 1000;
    for (int i = 0; i < limit && one.client.isAwake(); i++) {
      one.take();
    }
  }

  private static void cancel(SplittableRandom random, Watching someone) {
    if (!someone.expectations.isEmpty()) {
      List<Long> ids = List.copyOf(someone.expectations.keySet());
      long id = ids.get(random.nextInt(ids.size()));
      // What is under way already is still told; after the answer there is nothing.
      someone.client.stream.cancel(id);
      while (someone.client.isAwake() && someone.expectations.containsKey(id)) {
        WatchMessage message = someone.client.take();
        if (message == null) {
          break;
        }
        if (message instanceof WatchMessage.Canceled
            && message.watchId() == id
            && message.header().revision() > 0) {
          someone.expectations.remove(id);
        } else if (message.watchId() != WatchMessage.NO_ID) {
          Expectation other = someone.expectations.get(message.watchId());
          if (other != null) {
            other.skip();
            other.take(message);
          }
        } else {
          for (Expectation other : someone.expectations.values()) {
            if (other.created && other.request.watchId() != id) {
              other.skip();
              other.promise(message.header().revision());
            }
          }
        }
      }
      assertThat(someone.expectations).doesNotContainKey(id);
    }
  }

  private static WatchRequest request(SplittableRandom random, WatchWorld world) {
    String key = KEYS[random.nextInt(KEYS.length)];
    String end = ENDS[random.nextInt(ENDS.length)];
    if (random.nextInt(4) == 0) {
      key = "\0";
      end = "\0";
    } else if (!end.isEmpty() && !end.equals("\0") && end.compareTo(key) <= 0) {
      end = "";
    }
    long start =
        switch (random.nextInt(4)) {
          case 0 -> world.present() + random.nextInt(20);
          case 1, 2 -> 1 + random.nextLong(world.present());
          default -> 0;
        };
    return new WatchRequest(
        Bytes.utf8(key),
        Bytes.utf8(end),
        start,
        random.nextInt(3) == 0,
        random.nextInt(5) == 0,
        random.nextInt(5) == 0,
        random.nextInt(3) == 0,
        0,
        random.nextInt(3) == 0);
  }

  /** One revision, which changes a key once at most: other transactions are refused. */
  private static void change(SplittableRandom random, WatchWorld world) {
    world.revision();
    int changes = random.nextInt(5) == 0 ? 1 + random.nextInt(12) : 1;
    Set<String> changed = new HashSet<>();
    for (int i = 0; i < changes; i++) {
      String key = KEYS[random.nextInt(KEYS.length)];
      if (!changed.add(key)) {
        continue;
      }
      if (random.nextInt(3) == 0 && world.has(key)) {
        world.delete(key);
      } else {
        world.put(key, "v".repeat(random.nextInt(150)));
      }
    }
  }
}
