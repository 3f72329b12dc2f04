// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.virtual.KernelWorld;
import io.cairn.kernel.virtual.VirtualTime;
import io.cairn.spi.storage.StorageSize;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class EngineQuotaTest {
  private static final long QUOTA = 10_000;
  private static final Alarm ALARM = new Alarm(KernelWorld.MEMBER, Alarm.Kind.NOSPACE);

  private final VirtualTime time = new VirtualTime();
  private final AlarmBook alarms = new AlarmBook();
  private final SizedEngine engine = new SizedEngine();
  private final RecordingProposer proposer = new RecordingProposer();
  private final EngineQuota quota = quota(QUOTA);

  @Test
  void costMayNotReachTheQuota() {
    engine.size = new StorageSize(Long.MAX_VALUE, 9_000);
    quota.refresh();
    time.run();

    assertThat(quota.exceededBy(1_000)).as("reaching it is too much").isNotNull();
    assertThat(quota.exceededBy(999)).isNull();
    assertThat(quota.exceededBy(0)).as("what costs nothing is never too much").isNull();
  }

  @Test
  void whatWasLetInCountsUntilTheEngineShowsIt() {
    time.run();

    assertThat(quota.exceededBy(6_000)).isNull();
    assertThat(quota.exceededBy(6_000)).isNotNull();

    engine.size = new StorageSize(Long.MAX_VALUE, 3_000);
    time.passMillis(100);
    assertThat(quota.exceededBy(6_000)).as("it took less than it cost").isNull();
  }

  @Test
  void engineIsNotAskedWhileNothingIsWritten() {
    time.run();
    assertThat(quota.exceededBy(1)).isNull();
    time.passMillis(1_000);
    int asked = engine.asked;

    time.passMillis(60_000);

    assertThat(engine.asked).isEqualTo(asked);
    assertThat(time.timers()).isZero();
  }

  @Test
  void nearTheQuotaTheEngineIsWatchedSoThatSpaceIsNoticed() {
    engine.size = new StorageSize(Long.MAX_VALUE, QUOTA);
    quota.refresh();
    time.run();
    assertThat(quota.exceededBy(1)).isNotNull();

    engine.size = new StorageSize(Long.MAX_VALUE, 10);
    time.passMillis(200);

    assertThat(quota.exceededBy(1)).isNull();
  }

  @Test
  void callersShareOneAlarmAndAreRefusedWhenItIsRaised() {
    engine.size = new StorageSize(Long.MAX_VALUE, QUOTA);
    quota.refresh();
    time.run();

    CompletableFuture<Void> first = quota.exceededBy(1);
    CompletableFuture<Void> second = quota.exceededBy(1);

    assertThat(proposer.commands)
        .containsExactly(new Command.AlarmCommand(Alarm.Action.ACTIVATE, ALARM));
    assertThat(first).isNotNull().isNotDone();
    proposer.answers.getFirst().complete(null);
    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
  }

  @Test
  void callerIsRefusedEvenIfTheAlarmCannotBeRaised() {
    engine.size = new StorageSize(Long.MAX_VALUE, QUOTA);
    quota.refresh();
    time.run();

    CompletableFuture<Void> exceeded = quota.exceededBy(1);
    proposer
        .answers
        .getFirst()
        .completeExceptionally(new StoreException(new Reason.ProposalDropped()));

    assertThat(exceeded).isNotNull().isCompleted();
  }

  @Test
  void alarmThatIsRaisedAlreadyIsNotProposedAgain() {
    engine.size = new StorageSize(Long.MAX_VALUE, QUOTA);
    quota.refresh();
    time.run();
    alarms.apply(Alarm.Action.ACTIVATE, ALARM, new ArrayList<>());

    assertThat(quota.exceededBy(1)).isNotNull().isCompleted();
    assertThat(proposer.commands).isEmpty();
  }

  @Test
  void negativeQuotaIsNone() {
    EngineQuota unlimited = quota(-1);
    engine.size = new StorageSize(Long.MAX_VALUE, Long.MAX_VALUE);
    unlimited.refresh();
    time.run();

    assertThat(unlimited.exceededBy(Long.MAX_VALUE)).isNull();
  }

  private EngineQuota quota(long bytes) {
    KernelOptions defaults =
        KernelWorld.options(KernelOptions.defaults(1, KernelWorld.MEMBER).flush());
    KernelOptions options =
        new KernelOptions(
            defaults.clusterId(),
            defaults.memberId(),
            defaults.maxRequestBytes(),
            defaults.maxTxnOps(),
            bytes,
            defaults.electionMillis(),
            defaults.requestTimeoutMillis(),
            false,
            defaults.watchProgressMillis(),
            defaults.cluster(),
            defaults.retention(),
            defaults.memory(),
            defaults.flush());
    return new EngineQuota(
        options, alarms, engine, proposer, time, time.lane("background"), new NoLog());
  }
}
