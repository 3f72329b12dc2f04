// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.snapshot.RandomWrites;
import io.cairn.kernel.snapshot.TestMember;
import io.cairn.kernel.virtual.CrashingEngine;
import io.cairn.kernel.virtual.MemoryEngines;
import io.cairn.kernel.virtual.VirtualTime;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.WatchMessage;
import io.cairn.spi.store.WatchRequest;
import io.cairn.spi.store.WatchStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Watchers of a member whose state is replaced by a later one of another member. */
final class InstalledWatchTest {
  private final TestMember leader =
      TestMember.leader(new VirtualTime(), new CrashingEngine(), new MemoryEngines());
  private final TestMember follower =
      TestMember.follower(new VirtualTime(), new CrashingEngine(), new MemoryEngines());

  @AfterEach
  void closeMembers() {
    leader.close();
    follower.close();
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  void everyWatcherSeesEveryEventOnce(long seed) {
    RandomWrites random = new RandomWrites(seed).withoutCompaction();
    random.run(leader, 50);
    follow(random.below(20));
    List<WatchRequest> requests = requests(follower.revision() + 1);
    Told pumped = new Told(follower, requests);
    Told idle = new Told(follower, requests);

    for (int round = 0; round < 5; round++) {
      random.run(leader, 40);
      leader.settle();
      if (random.oneIn(2)) {
        follow(30);
      }
      if (random.oneIn(2)) {
        pumped.pump();
      }
      if (follower.machine().appliedPoint().index() < leader.leading().log().size()) {
        follower.receiveFrom(leader);
      }
      pumped.pump();
      random.run(leader, 10);
      follow(0);
    }
    pumped.pump();
    idle.pump();

    Told expected = new Told(leader, requests);
    expected.pump();
    assertThat(pumped.events).isEqualTo(expected.events);
    assertThat(idle.events).isEqualTo(expected.events);
    pumped.stream.close();
    idle.stream.close();
    expected.stream.close();
  }

  @Test
  void watcherBelowTheFloorIsCancelledAndOthersGoOn() {
    leader.put("a", "1", 0);
    follow(0);
    WatchStream stream = follower.kernel.watch().open(Caller.LOCAL, () -> {});
    stream.create(WatchClient.everything(0));
    stream.create(WatchClient.watching("a", "", 0));
    stream.create(WatchClient.watching("a", "b", 20));
    assertThat(take(stream)).containsExactly("2 #0 created", "2 #1 created", "2 #2 created");

    for (int i = 0; i < 30; i++) {
      leader.put("a", "x" + i, 0);
    }
    leader.compact(15, true);
    follower.receiveFrom(leader);

    List<String> told = take(stream);
    assertThat(told).contains("0 #0 canceled at 15", "0 #1 canceled at 15");
    assertThat(told.getLast()).startsWith("32 #2 events a=x17@20").endsWith("a=x29@32");
    stream.close();
  }

  @Test
  void progressIsToldAboveTheInstalledRevision() {
    leader.put("a", "1", 0);
    follow(0);
    WatchStream stream = follower.kernel.watch().open(Caller.LOCAL, () -> {});
    stream.create(WatchClient.watching("quiet", "", 0));
    assertThat(take(stream)).containsExactly("2 #0 created");
    for (int i = 0; i < 30; i++) {
      leader.put("a", "x" + i, 0);
    }
    leader.settle();

    follower.receiveFrom(leader);
    assertThat(take(stream)).isEmpty();
    stream.requestProgress();

    assertThat(take(stream)).containsExactly("32 #-1 progress");
    stream.close();
  }

  private void follow(long behind) {
    follower.following().follow(leader.leading().log(), leader.leading().log().size() - behind);
    follower.time.run();
  }

  private static List<WatchRequest> requests(long from) {
    return List.of(
        WatchClient.everything(from),
        WatchClient.withPrevKv(WatchClient.everything(from)),
        WatchClient.watching("key-1", "key-3", from),
        WatchClient.watching("key-7", "", from),
        WatchClient.withPrevKv(WatchClient.watching("key-2", "", from)),
        WatchClient.without(WatchClient.everything(from), true, false),
        WatchClient.withFragments(WatchClient.watching("key-", "key.", from)),
        WatchClient.everything(from + 30),
        WatchClient.watching("key-1", "key-5", from + 60),
        WatchClient.watching("key-1", "key-5", from + 130));
  }

  private List<String> take(WatchStream stream) {
    List<String> lines = new ArrayList<>();
    drain(follower, stream, message -> lines.add(WatchClient.text(message)));
    return lines;
  }

  private static void drain(TestMember member, WatchStream stream, Consumer<WatchMessage> taker) {
    for (int dry = 0; dry < 3; ) {
      WatchMessage message = stream.next();
      if (message == null) {
        dry++;
        member.time.run();
      } else {
        dry = 0;
        taker.accept(message);
      }
    }
  }

  /** What the watchers of a stream have been told, each in one line whatever the responses. */
  private static final class Told {
    private final TestMember member;
    private final WatchStream stream;
    private final Map<Long, StringBuilder> lines = new TreeMap<>();
    private Map<Long, String> events = Map.of();

    Told(TestMember member, List<WatchRequest> requests) {
      this.member = member;
      this.stream = member.kernel.watch().open(Caller.LOCAL, () -> {});
      requests.forEach(stream::create);
    }

    void pump() {
      drain(
          member,
          stream,
          message -> {
            assertThat(message).isNotInstanceOf(WatchMessage.Canceled.class);
            if (message instanceof WatchMessage.Events) {
              String text = WatchClient.text(message);
              lines
                  .computeIfAbsent(message.watchId(), id -> new StringBuilder())
                  .append(text.replaceFirst("^[0-9]+ #[0-9]+ (events|fragment)", ""));
            }
          });
      Map<Long, String> told = new TreeMap<>();
      lines.forEach((id, line) -> told.put(id, line.toString()));
      events = told;
    }
  }
}
