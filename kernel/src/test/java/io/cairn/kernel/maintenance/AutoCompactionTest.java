// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.command.Command.Compaction;
import io.cairn.kernel.index.IndexRoot;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.options.KernelOptions.Retention;
import io.cairn.kernel.records.RecentLog;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.state.Published;
import io.cairn.kernel.state.State;
import io.cairn.kernel.state.StateStore;
import io.cairn.kernel.virtual.Stores;
import io.cairn.kernel.virtual.VirtualTime;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class AutoCompactionTest {
  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;

  private static final StateStore STORE = Stores.empty();

  private final VirtualTime time = new VirtualTime();
  private final Published published = new Published(state(1));
  private final Standing standing = new Standing(KernelOptions.defaults(1, 2));
  private final RecordingProposer proposer = new RecordingProposer();

  @Test
  void byTimeTheRevisionOfThePeriodAgoBecomesTheFloorEveryHour() {
    start(new Retention.Period(TimeUnit.HOURS.toNanos(5)));

    // One revision a minute, so that the revision tells the time. As in etcd what is due is looked
    // at before the sample of that time is taken: the oldest one is a period and a tenth old.
    passMinutes(5 * 60 - 1);
    assertThat(floors()).as("nothing is that old").isEmpty();

    passMinutes(1 + 3 * 60);
    assertThat(floors()).containsExactly(1L, 55L, 115L, 175L);
  }

  @Test
  void shortPeriodIsSampledTenTimes() {
    start(new Retention.Period(TimeUnit.MINUTES.toNanos(10)));

    passMinutes(30);

    assertThat(floors()).containsExactly(1L, 10L, 20L);
  }

  @Test
  void floorThatStaysIsNotProposedAgain() {
    start(new Retention.Period(TimeUnit.MINUTES.toNanos(10)));

    time.passMillis(HOUR);

    assertThat(floors()).containsExactly(1L);
  }

  @Test
  void failedCompactionIsTriedAgainAtTheNextSample() {
    start(new Retention.Period(TimeUnit.MINUTES.toNanos(10)));
    proposer.answersAtOnce = false;

    passMinutes(12);
    assertThat(floors()).as("one at a time").containsExactly(1L);
    fail(new Reason.NoLeader());
    passMinutes(1);
    assertThat(floors()).containsExactly(1L, 3L);
    fail(new Reason.Compacted(7));
    passMinutes(9);

    assertThat(floors()).as("compacted by somebody else is as good").containsExactly(1L, 3L);
  }

  @Test
  void byNumberTheLastRevisionsAreKept() {
    start(new Retention.Revisions(100));

    publish(100);
    time.passMillis(5 * MINUTE);
    assertThat(floors()).isEmpty();

    publish(250);
    time.passMillis(5 * MINUTE);
    time.passMillis(5 * MINUTE);
    publish(300);
    time.passMillis(5 * MINUTE);
    assertThat(floors()).containsExactly(150L, 200L);
  }

  @Test
  void onlyTheLeaderCompacts() {
    start(new Retention.Revisions(10));
    publish(250);

    standing.leadership(new Leadership(3, 9, false));
    time.passMillis(HOUR);
    assertThat(floors()).isEmpty();

    standing.leadership(new Leadership(4, 2, true));
    time.passMillis(5 * MINUTE);
    assertThat(floors()).containsExactly(240L);
  }

  @Test
  void nothingHappensUnlessAsked() {
    start(new Retention.Everything());

    time.run();

    assertThat(time.timers()).isZero();
  }

  @Test
  void stoppedCompactionSetsNoTimerAgain() {
    AutoCompaction compaction = start(new Retention.Revisions(10));
    publish(250);

    compaction.stop();
    time.passMillis(HOUR);

    assertThat(floors()).isEmpty();
    assertThat(time.timers()).isZero();
  }

  private AutoCompaction start(Retention retention) {
    standing.leadership(new Leadership(2, 2, true));
    proposer.answersAtOnce = true;
    AutoCompaction compaction =
        new AutoCompaction(
            retention,
            published,
            standing,
            proposer,
            time,
            time,
            time.lane("background"),
            new NoLog());
    compaction.start();
    time.run();
    return compaction;
  }

  /** A revision per minute, each published before what is due at its minute. */
  private void passMinutes(int minutes) {
    for (int i = 0; i < minutes; i++) {
      time.passMillis(MINUTE - 1);
      publish(published.state().revision() + 1);
      time.passMillis(1);
    }
  }

  private void fail(Reason reason) {
    CompletableFuture<@Nullable Object> last = proposer.answers.getLast();
    assertThat(last).isNotDone();
    last.completeExceptionally(new StoreException(reason));
    time.run();
  }

  private List<Long> floors() {
    List<Long> floors = new ArrayList<>();
    for (Command<?> command : proposer.commands) {
      assertThat(command).isInstanceOf(Compaction.class);
      floors.add(((Compaction) command).request().revision());
    }
    return floors;
  }

  private void publish(long revision) {
    published.publish(state(revision));
  }

  private static State state(long revision) {
    return new State(
        revision,
        revision,
        1,
        -1,
        new IndexRoot(0, revision, 0, 1),
        new RecentLog(revision, 1 << 20).published(),
        STORE);
  }
}
