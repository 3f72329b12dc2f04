// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.consensusraft.fakes.FakeDisk;
import io.cairn.consensusraft.fakes.FakeNetwork;
import io.cairn.consensusraft.fakes.ManualScheduler;
import io.cairn.consensusraft.fakes.SilentLog;
import io.cairn.consensusraft.runtime.TestMachine.Command;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.Configuration;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.consensus.ConsensusOptions;
import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.store.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class RaftConsensusTest {
  private final FakeDisk disk = new FakeDisk();
  private ManualScheduler lanes = new ManualScheduler();
  private TestMachine machine = new TestMachine(disk, AppliedPoint.ZERO);
  private RaftConsensus consensus = member();

  private static ConsensusOptions options() {
    return new ConsensusOptions(
        7,
        1,
        3,
        1,
        List.of(change(ConfigurationChange.Kind.ADD_VOTER, 1)),
        100,
        1000,
        true,
        7000,
        1000,
        100,
        false,
        0);
  }

  private RaftConsensus member() {
    return OneMember.of(options(), disk, lanes, new FakeNetwork().endpoint(1));
  }

  private static ConfigurationChange change(ConfigurationChange.Kind kind, long member) {
    return new ConfigurationChange(kind, member, Bytes.utf8("context"));
  }

  private void restart(TestMachine next) {
    lanes = new ManualScheduler();
    machine = next;
    consensus = member();
    consensus.start(machine);
  }

  private Command propose(String text) {
    Command command = new Command(text);
    consensus.propose(command);
    return command;
  }

  @Test
  void aFreshLoneMemberLeadsInTermTwoWhenStartReturns() {
    consensus.start(machine);

    assertThat(machine.leaderships).containsExactly(new Leadership(2, 1, true));
    assertThat(machine.applied).containsExactly("ADD_VOTER 1");
    assertThat(machine.point())
        .isEqualTo(new AppliedPoint(2, 2, new Configuration(List.of(1L), List.of())));
    assertThat(consensus.tryReadIndex()).isEqualTo(2);
    assertThat(consensus.status().configuration().voters()).containsExactly(1L);
  }

  @Test
  void proposalsThatWaitTogetherAreOneBatchOneSyncAndOneWakeUp() {
    consensus.start(machine);
    lanes.runReady();
    long syncs = disk.syncs();
    long wakeUps = lanes.wakeUps();

    List<Command> commands = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      commands.add(propose("c" + i));
    }
    lanes.runReady();

    assertThat(lanes.wakeUps() - wakeUps).isEqualTo(1);
    assertThat(disk.syncs() - syncs).isEqualTo(1);
    assertThat(machine.batches.getLast()).isEqualTo(50);
    assertThat(commands).extracting(command -> command.appliedAt).doesNotContain(0L).isSorted();
    assertThat(machine.applied.subList(1, 51))
        .isEqualTo(commands.stream().map(command -> command.text).toList());
  }

  @Test
  void aLoneMemberNeedsOnlyTheRaftLane() {
    consensus.start(machine);
    propose("a");
    lanes.advanceMillis(1000);

    assertThat(lanes.lanes()).containsExactly("raft", "wal-segments");
  }

  @Test
  void whatWasAppliedIsAppliedAgainAfterRestartInTheNextTerm() {
    consensus.start(machine);
    Command command = propose("a");
    lanes.runReady();

    restart(new TestMachine(disk, AppliedPoint.ZERO));

    assertThat(command.appliedAt).isEqualTo(3);
    assertThat(machine.applied).containsExactly("ADD_VOTER 1", "a");
    assertThat(machine.point().term()).isEqualTo(3);
  }

  /** As when the state was made from a backup. */
  @Test
  void logThatWasBegunForAStateGoesOnBehindIt() {
    AppliedPoint point = new AppliedPoint(4, 1, new Configuration(List.of(1L), List.of()));
    LogOpening.begin(options(), OneMember.LOG, disk, lanes.lane("begin"), new SilentLog(), point);

    assertThat(consensus.cutIndex()).isEqualTo(4);
    restart(new TestMachine(disk, point));
    Command command = propose("a");
    lanes.runReady();

    assertThat(machine.applied).containsExactly("a");
    assertThat(machine.leaderships).containsExactly(new Leadership(2, 1, true));
    assertThat(command.appliedAt).isEqualTo(6);
  }

  @Test
  void logIsNotBegunWhereThereIsOne() {
    consensus.start(machine);

    assertThatThrownBy(() ->
            LogOpening.begin(
                options(),
                OneMember.LOG,
                disk,
                lanes.lane("begin"),
                new SilentLog(),
                new AppliedPoint(4, 1, new Configuration(List.of(1L), List.of()))))
        .isInstanceOf(ConsensusException.class)
        .hasMessage("there is a log already");
  }

  @Test
  void replayBeginsBehindTheAppliedPoint() {
    consensus.start(machine);
    propose("a");
    lanes.runReady();
    AppliedPoint kept = machine.point();
    propose("b");
    lanes.runReady();

    restart(new TestMachine(disk, kept));

    assertThat(machine.applied).containsExactly("b");
  }

  @Test
  void proposalsBeyondTheBoundAreRefusedUntilSomeAreApplied() {
    consensus.start(machine);
    for (int i = 0; i < 100; i++) {
      propose("c" + i);
    }

    Command refused = propose("one too many");
    lanes.runReady();
    Command taken = propose("again");
    lanes.runReady();

    assertThat(refused.dropped).isEqualTo(DropReason.OVERLOADED);
    assertThat(taken.appliedAt).isPositive();
  }

  @Test
  void bytesAreBoundedToo() {
    consensus.start(machine);
    propose("x".repeat(900));

    Command refused = propose("y".repeat(101));
    lanes.runReady();

    assertThat(refused.dropped).isEqualTo(DropReason.OVERLOADED);
  }

  @Test
  void aProposalThatFitsIntoNoSegmentIsRefused() {
    consensus.start(machine);

    Command refused = propose("x".repeat(20_000));
    lanes.runReady();

    assertThat(refused.dropped).isEqualTo(DropReason.OVERLOADED);
  }

  @Test
  void aChangeThatFitsIntoNoSegmentIsRefused() {
    consensus.start(machine);
    Bytes context = Bytes.utf8("x".repeat(20_000));
    Command refused = new Command("large change");

    consensus.proposeChange(
        new ConfigurationChange(ConfigurationChange.Kind.ADD_LEARNER, 9, context), refused);
    lanes.runReady();

    assertThat(refused.dropped).isEqualTo(DropReason.OVERLOADED);
  }

  @Test
  void aFailedSyncEndsTheProcessAndNothingIsApplied() {
    consensus.start(machine);
    disk.failSyncs();

    Command command = propose("a");

    assertThatThrownBy(lanes::runReady).isInstanceOf(AssertionError.class);
    assertThat(command.appliedAt).isZero();
    assertThat(command.dropped).isNull();
  }

  @Test
  void learnersMoveLogAndApplyToLanesOfTheirOwnAndTheirRemovalMovesThemBack() {
    consensus.start(machine);
    Command add = new Command("add");
    consensus.proposeChange(change(ConfigurationChange.Kind.ADD_LEARNER, 9), add);
    lanes.runReady();
    Command split = propose("split");
    lanes.runReady();
    List<String> lanesInCluster = List.copyOf(lanes.lanes());
    Command remove = new Command("remove");
    consensus.proposeChange(change(ConfigurationChange.Kind.REMOVE, 9), remove);
    lanes.runReady();
    lanes.advanceMillis(300);
    long wakeUps = lanes.wakeUps();
    Command alone = propose("alone");
    lanes.runReady();

    assertThat(lanesInCluster).contains("log", "apply");
    assertThat(List.of(add, split, remove, alone))
        .extracting(command -> command.appliedAt)
        .doesNotContain(0L)
        .isSorted();
    assertThat(lanes.wakeUps() - wakeUps).isEqualTo(1);
    assertThat(consensus.status().configuration().learners()).isEmpty();
  }

  @Test
  void twoChangesAtATimeAreRefused() {
    consensus.start(machine);
    Command first = new Command("first");
    Command second = new Command("second");

    consensus.proposeChange(change(ConfigurationChange.Kind.ADD_LEARNER, 9), first);
    consensus.proposeChange(change(ConfigurationChange.Kind.ADD_LEARNER, 8), second);
    lanes.runReady();

    assertThat(first.appliedAt).isPositive();
    assertThat(second.dropped).isEqualTo(DropReason.CHANGE_REFUSED);
  }

  @Test
  void withoutAQuorumProposalsAndReadsEndInTime() {
    consensus.start(machine);
    consensus.proposeChange(change(ConfigurationChange.Kind.ADD_VOTER, 9), new Command("add"));
    lanes.runReady();
    Command inLog = propose("in the log");
    lanes.runReady();
    CompletableFuture<Long> read = consensus.readIndex().toCompletableFuture();
    long atOnce = consensus.tryReadIndex();
    lanes.advanceMillis(2500);
    Command leaderless = propose("nobody leads");
    lanes.advanceMillis(8000);

    assertThat(atOnce).isEqualTo(Consensus.NO_INDEX);
    assertThat(inLog.dropped).isEqualTo(DropReason.TIMED_OUT);
    assertThat(leaderless.dropped).isEqualTo(DropReason.NO_LEADER);
    assertThat(read)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(ConsensusException.class);
    assertThat(machine.leaderships.getLast().self()).isFalse();
  }

  @Test
  void readsOfALoneMemberAreAnsweredAtOnce() {
    consensus.start(machine);
    propose("a");
    lanes.runReady();

    CompletableFuture<Long> read = consensus.readIndex().toCompletableFuture();
    lanes.runReady();

    assertThat(read).isCompletedWithValue(3L);
    assertThat(consensus.tryReadIndex()).isEqualTo(3);
  }

  @Test
  void theIdleLogIsSealedOnce() {
    consensus.start(machine);
    propose("a");
    lanes.runReady();
    lanes.advanceMillis(250);
    long syncs = disk.syncs();

    lanes.advanceMillis(5000);

    assertThat(disk.syncs()).isEqualTo(syncs);
  }

  @Test
  void theLogIsCutBelowWhatTheStateMachineHoldsDurably() {
    consensus.start(machine);
    for (int i = 0; i < 3000; i++) {
      propose("command " + i);
      lanes.runReady();
    }
    long before = disk.paths().size();
    machine.durable = machine.point().index() - 10;
    AppliedPoint durable = new AppliedPoint(machine.durable, 2, machine.point().configuration());
    lanes.advanceMillis(500);
    long after = disk.paths().size();

    restart(new TestMachine(disk, durable));

    assertThat(after).isLessThan(before / 2);
    assertThat(machine.applied).hasSize(10);
  }

  @Test
  void aStateThatIsAheadOfTheLogIsRefused() {
    consensus.start(machine);
    AppliedPoint ahead = new AppliedPoint(50, 2, machine.point().configuration());

    assertThatThrownBy(() -> restart(new TestMachine(disk, ahead)))
        .isInstanceOf(ConsensusException.class)
        .hasMessageContaining("the log ends at entry 2");
  }

  @Test
  void afterStopNothingIsTakenAndTheLogOpensWithoutLoss() {
    consensus.start(machine);
    Command before = propose("before");
    CompletableFuture<Void> stopped = consensus.beginStop();
    Command after = propose("after");
    lanes.runReady();

    restart(new TestMachine(disk, AppliedPoint.ZERO));

    assertThat(stopped).isCompleted();
    assertThat(before.appliedAt).isEqualTo(3);
    assertThat(after.dropped).isEqualTo(DropReason.STOPPED);
    assertThat(machine.applied).containsExactly("ADD_VOTER 1", "before");
  }

  @Test
  void whoeverStopsWaitsForTheEnd() {
    consensus.start(machine);
    CompletableFuture<Void> first = consensus.beginStop();
    CompletableFuture<Void> second = consensus.beginStop();
    boolean atOnce = second.isDone();

    lanes.runReady();

    assertThat(atOnce).isFalse();
    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
  }

  @Test
  void leadershipPassesToNobodyWhoDoesNotVote() {
    consensus.start(machine);

    CompletableFuture<Void> transfer = consensus.transferLeadership(5).toCompletableFuture();
    lanes.runReady();

    assertThat(transfer)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("5 is no voter");
  }
}
