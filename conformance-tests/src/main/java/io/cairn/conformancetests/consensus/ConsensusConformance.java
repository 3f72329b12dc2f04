// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.cairn.conformancetests.report.Level;
import io.cairn.conformancetests.report.TestsRule;
import io.cairn.spi.consensus.ConfigurationChange.Kind;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.consensus.DropReason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The contract of {@code io.cairn.spi.consensus}, rule by rule, for one member and for three.
 *
 * <p>An engine's tests extend this and say how to make a member; they override nothing else. All of
 * it happens in virtual time, and what a seed draws it draws again.
 */
public abstract class ConsensusConformance extends ProposalRules {
  /** For the suites of engines. */
  protected ConsensusConformance() {}

  @Nested
  @TestsRule(ConsensusRules.C8)
  @DisplayName("C8 a change takes effect if the state machine accepts it, one at a time")
  class Changes {
    @Test
    void anAcceptedChangeTakesEffectWhenItIsApplied() {
      Cluster cluster = clusterOf(1);

      Command change = cluster.alone().change(Kind.ADD_LEARNER, 9);
      cluster.world().runUntil(change::isAnswered, Cluster.REQUEST_MILLIS);
      cluster.world().runMillis(100);

      assertThat(change.isApplied()).as(change.toString()).isTrue();
      assertThat(Cluster.configurationOf(cluster.alone()).isLearner(9)).isTrue();
      assertThat(Cluster.configurationOf(cluster.alone()).isVoter(1)).isTrue();
    }

    @Test
    void aRefusedChangeHasNone() {
      Cluster cluster = clusterOf(1);
      cluster.alone().machine().refuseChanges();

      Command change = cluster.alone().change(Kind.ADD_LEARNER, 9);
      cluster.world().runUntil(change::isAnswered, Cluster.REQUEST_MILLIS);
      cluster.world().runMillis(100);

      assertThat(change.isApplied()).as(change.toString()).isTrue();
      assertThat(Cluster.configurationOf(cluster.alone()).learners()).isEmpty();
    }

    @Test
    void ofTwoAtATimeOneWaitsOrIsRefused() {
      Cluster cluster = clusterOf(3);
      Member leader = cluster.leader();

      Command first = leader.change(Kind.ADD_LEARNER, 8);
      Command second = leader.change(Kind.ADD_LEARNER, 9);
      cluster.world().runUntil(cluster.ledger()::allAnswered, Cluster.PATIENCE_MILLIS);
      boolean converged = cluster.converges();

      assertThat(first.isApplied()).as(first.toString()).isTrue();
      assertThat(second.isApplied() || second.drops().equals(List.of(DropReason.CHANGE_REFUSED)))
          .as(second.toString())
          .isTrue();
      assertThat(converged).isTrue();
      assertThat(cluster.members())
          .extracting(member -> Cluster.configurationOf(member).isLearner(9))
          .containsOnly(second.isApplied());
    }
  }

  @Nested
  @TestsRule(ConsensusRules.C9)
  @DisplayName("C9 the state machine is called on a lane, by one call at a time")
  class Lanes {
    @Test
    void whoProposesWithinACallIsNotCalledBackWithinIt() {
      for (int size : List.of(1, 3)) {
        Cluster cluster = clusterOf(size);
        Member leader = cluster.leader();
        leader
            .machine()
            .whenApplied(entry -> {
              if (cluster.ledger().texts().size() < 50) {
                leader.propose();
              }
            });

        leader.propose();
        cluster.world().runUntil(() -> cluster.ledger().texts().size() >= 50, 10_000);

        assertThat(cluster.ledger().texts()).hasSizeGreaterThanOrEqualTo(50);
        assertThat(cluster.ledger().breaches(ConsensusRules.C9)).isEmpty();
      }
    }
  }

  @Nested
  @TestsRule(ConsensusRules.C10)
  @DisplayName("C10 the log is cut only at or below the durable index")
  class Cutting {
    @Test
    void whatTheStateMachineMayLoseIsInTheLog() {
      Cluster cluster = clusterOf(1);
      Member member = cluster.alone();
      for (int i = 0; i < 3_000; i += 100) {
        proposeMuch(member, 100);
        cluster.world().runMillis(100);
        if (i == 1_500) {
          member.machine().barrier();
        }
      }
      long durable = member.machine().durableIndex();
      cluster.world().runMillis(2_000);

      member.cutPower();
      member.start();
      cluster.world().runMillis(2_000);

      assertThat(durable).isPositive();
      assertThat(member.machine().applied()).hasSize(3_000).isEqualTo(cluster.ledger().texts());
    }
  }

  @Nested
  @TestsRule(ConsensusRules.C11)
  @DisplayName("C11 after a failed sync the member ends and acknowledges nothing")
  class FailedSyncs {
    @Test
    void nothingIsAcknowledgedThatMayBeLost() {
      Cluster cluster = clusterOf(1);
      Member member = cluster.alone();
      Command before = member.propose();
      cluster.world().runMillis(100);
      member.disk().failSyncs(true);

      Command command = member.propose();
      cluster.world().runMillis(1_000);

      assertThat(before.isApplied()).isTrue();
      assertThat(command.isApplied()).as(command.toString()).isFalse();
      assertThat(member.isRunning()).as("goes on").isFalse();
    }

    @Test
    void oneFailedSyncIsEnough() {
      Cluster cluster = clusterOf(1);
      Member member = cluster.alone();
      member.disk().failSyncs(true);
      member.propose();
      cluster.world().runUntil(() -> !member.isRunning(), 1_000);
      member.disk().failSyncs(false);

      member.cutPower();
      member.start();
      Command after = member.propose();
      cluster.world().runMillis(2_000);

      assertThat(after.isApplied()).as(after.toString()).isTrue();
    }
  }

  @Nested
  @TestsRule(ConsensusRules.C12)
  @DisplayName("C12 after stop nothing reaches the state machine, and nobody waits")
  class Stopping {
    @Test
    void whatWaitsIsAnsweredAndNothingIsAppliedAnyMore() throws InterruptedException {
      Cluster cluster = clusterOf(3);
      Member follower = cluster.follower();
      List<Command> commands = propose(follower, 10);
      cluster.network().isolate(follower.id());
      commands.addAll(propose(follower, 10));
      CompletableFuture<Long> read = follower.read();
      cluster.world().runMillis(2);

      Consensus stopped = follower.consensus();
      follower.stop();
      List<Command> late = propose(follower, 1);
      CompletableFuture<Long> lateRead = stopped.readIndex().toCompletableFuture();
      cluster.network().heal();
      propose(otherThan(cluster, follower), 10);
      cluster.world().runMillis(2L * Cluster.REQUEST_MILLIS);

      assertThat(commands).allMatch(command -> command.isApplied() != Member.saysStopped(command));
      assertThat(late).allMatch(command -> command.drops().equals(List.of(DropReason.STOPPED)));
      assertThat(read).isDone();
      assertThat(lateRead)
          .failsWithin(Duration.ZERO)
          .withThrowableThat()
          .withCauseInstanceOf(ConsensusException.class);
      assertThat(cluster.ledger().breaches(ConsensusRules.C12)).isEmpty();
    }

    @Test
    void theLogOpensAgainWithoutLoss() throws InterruptedException {
      Cluster cluster = clusterOf(1);
      List<Command> commands = propose(cluster.alone(), 20);
      cluster.converges();

      cluster.alone().stop();
      cluster.alone().leave();
      cluster.alone().start();
      cluster.world().runMillis(1_000);

      assertThat(commands).allMatch(Command::isApplied);
      assertThat(cluster.alone().machine().applied()).isEqualTo(texts(commands));
    }
  }

  @Nested
  @TestsRule({ConsensusRules.C13, ConsensusRules.C14, ConsensusRules.C15})
  @DisplayName("C13 to C15 a member that the log has left behind is sent the whole state")
  class States {
    private final Cluster cluster = clusterOf(3);

    private Member left(int entries) {
      Member behind = cluster.follower();
      behind.machine().barrier();
      behind.kill();
      for (int done = 0; done < entries; done += 100) {
        proposeMuch(cluster.leader(), 100);
        cluster.world().runMillis(200);
        cluster.running().forEach(member -> member.machine().barrier());
      }
      cluster.world().runMillis(1_000);
      return behind;
    }

    private void assertTheStateArrived(Member behind) {
      assumeThat(behind.machine().installs())
          .as("the engine still had every entry, so that no state was sent")
          .isPositive();
      assertThat(behind.machine().applied()).isEqualTo(cluster.ledger().texts());
    }

    @Test
    @TestsRule(ConsensusRules.C13)
    void itsPartsComeInOrderEachOnce() {
      Member behind = left(2_000);

      behind.start();
      boolean converged = cluster.converges();

      assertThat(converged).isTrue();
      assertThat(cluster.ledger().breaches(ConsensusRules.C13)).isEmpty();
      assertTheStateArrived(behind);
    }

    @Test
    @TestsRule(ConsensusRules.C13)
    void aTransferGoesOnWhereItBrokeOff() {
      Member behind = left(2_000);

      behind.start();
      cluster.world().runMillis(1_000);
      behind.kill();
      cluster.world().runMillis(500);
      behind.start();
      boolean converged = cluster.converges();

      assertThat(converged).isTrue();
      assertThat(cluster.ledger().breaches(ConsensusRules.C13)).isEmpty();
    }

    @Test
    @TestsRule({ConsensusRules.C14, ConsensusRules.C15})
    void itIsTheStateAtItsPointWhileOthersGoOn() {
      Member behind = left(2_000);

      behind.start();
      for (int i = 0; i < 100; i++) {
        cluster.leader().propose();
        cluster.world().runMillis(20);
      }
      boolean converged = cluster.converges();

      assertThat(converged).isTrue();
      assertThat(cluster.ledger().breaches(ConsensusRules.C14)).isEmpty();
      assertThat(cluster.ledger().breaches(ConsensusRules.C15)).isEmpty();
      assertTheStateArrived(behind);
    }
  }

  @Nested
  @TestsRule(ConsensusRules.ALL)
  @DisplayName("All rules together hold in random misfortune")
  class RandomHistories {
    @ParameterizedTest(name = "-Dcairn.seed={0}")
    @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
    void nobodyIsLiedTo(long seed) {
      int size = List.of(1, 3, 3, 5).get((int) (seed & 3));
      Cluster cluster = new Cluster(fixture(), seed, size);

      List<String> lies = new Misfortune(cluster).run(Level.ofThisRun().pick(300, 1_500));

      assertThat(lies).as("%d members", size).isEmpty();
    }
  }
}
