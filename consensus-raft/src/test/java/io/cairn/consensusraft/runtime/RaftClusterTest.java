// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.consensusraft.runtime.RaftCluster.Member;
import io.cairn.consensusraft.runtime.TestMachine.Command;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.consensus.DropReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RaftClusterTest {
  private static final long SEED = 1;

  private static void applied(RaftCluster cluster, Command command) {
    assertThat(cluster.world.runUntil(() -> command.appliedAt != 0, 4000))
        .as("%s is applied, not %s", command.text, command.dropped)
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void membersElectALeaderWhoseProposalsAllApply(int size) {
    RaftCluster cluster = new RaftCluster(SEED, size);

    Command command = cluster.leader().propose();
    applied(cluster, command);
    boolean converged = cluster.world.runUntil(cluster::converged, 1000);

    assertThat(converged).isTrue();
    assertThat(cluster.follower().machine().applied()).endsWith(command.text);
  }

  @Test
  void aFollowersProposalComesBackToTheFollower() {
    RaftCluster cluster = new RaftCluster(SEED, 3);
    Member follower = cluster.follower();

    List<Command> commands = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      commands.add(follower.propose());
    }
    commands.forEach(command -> applied(cluster, command));

    assertThat(commands).extracting(command -> command.appliedAt).isSorted();
    cluster.checker.checkEnd();
  }

  @Test
  void aFollowerReadsWhatWasAcknowledgedElsewhere() {
    RaftCluster cluster = new RaftCluster(SEED, 3);
    Command command = cluster.leader().propose();
    applied(cluster, command);

    CompletableFuture<Long> read = cluster.follower().read();
    cluster.world.runMillis(500);

    assertThat(read).isCompleted();
    assertThat(read.join()).isGreaterThanOrEqualTo(command.appliedAt);
    assertThat(cluster.leader().consensus().tryReadIndex()).isEqualTo(Consensus.NO_INDEX);
  }

  @Test
  void whenTheLeaderDiesWhatItHadNotPassedOnIsTakenByTheNextOne() {
    RaftCluster cluster = new RaftCluster(SEED, 3);
    Member leader = cluster.leader();
    Member follower = cluster.follower();
    applied(cluster, follower.propose());

    leader.cutPower();
    Command lost = follower.propose();
    applied(cluster, lost);

    assertThat(cluster.leader().id).isNotEqualTo(leader.id);
    cluster.checker.checkEnd();
  }

  @Test
  void aLeaderThatIsCutOffStepsDownAndItsProposalsAreNotAppliedTwice() {
    RaftCluster cluster = new RaftCluster(SEED, 3);
    Member old = cluster.leader();
    applied(cluster, old.propose());

    cluster.network.isolate(old.id);
    Command lost = old.propose();
    CompletableFuture<Long> read = old.read();
    cluster.world.runMillis(4L * RaftCluster.ELECTION_MILLIS);
    Member next = cluster.leader();
    Command kept = next.propose();
    applied(cluster, kept);
    cluster.network.heal();
    cluster.world.runMillis(3000);

    assertThat(next.id).isNotEqualTo(old.id);
    assertThat(lost.dropped).isEqualTo(DropReason.REPLACED);
    assertThat(read)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(ConsensusException.class);
    assertThat(cluster.converged()).isTrue();
    cluster.checker.checkEnd();
  }

  @Test
  void withoutAMajorityProposalsEndInTimeAndReadsToo() {
    RaftCluster cluster = new RaftCluster(SEED, 3);
    Member leader = cluster.leader();
    cluster.members.values().stream().filter(member -> member != leader).forEach(Member::kill);

    Command inLog = leader.propose();
    cluster.world.runMillis(3L * RaftCluster.ELECTION_MILLIS);
    Command leaderless = leader.propose();
    CompletableFuture<Long> read = leader.read();
    cluster.world.runMillis(RaftCluster.REQUEST_MILLIS + 500);

    assertThat(inLog.dropped).isEqualTo(DropReason.TIMED_OUT);
    assertThat(leaderless.dropped).isEqualTo(DropReason.NO_LEADER);
    assertThat(read).isCompletedExceptionally();
  }

  @Test
  void leadershipPassesOnAskingAndTheNewLeaderIsKnown() {
    RaftCluster cluster = new RaftCluster(SEED, 3);
    Member leader = cluster.leader();
    Member follower = cluster.follower();

    CompletableFuture<Void> transfer =
        leader.consensus().transferLeadership(follower.id).toCompletableFuture();
    Command during = leader.propose();
    cluster.world.runUntil(transfer::isDone, 2000);
    applied(cluster, during);

    assertThat(transfer).isCompleted();
    assertThat(cluster.leader().id).isEqualTo(follower.id);
  }

  @Test
  void aLeaderThatStopsHandsOverFirst() {
    RaftCluster cluster = new RaftCluster(SEED, 3);
    Member leader = cluster.leader();

    CompletableFuture<Void> stopped = leader.stop();
    cluster.world.runUntil(stopped::isDone, 5000);
    long leadersLeft =
        cluster.members.values().stream()
            .filter(m -> m != leader && m.consensus().status().leadership().leader() != leader.id)
            .count();
    Command after =
        cluster.members.values().stream()
            .filter(m -> m != leader)
            .findFirst()
            .orElseThrow()
            .propose();
    applied(cluster, after);

    assertThat(stopped).isCompleted();
    assertThat(leadersLeft).isPositive();
  }

  @Test
  void acknowledgedIndexesFollowTheOthers() {
    RaftCluster cluster = new RaftCluster(SEED, 3);
    Member leader = cluster.leader();
    Command command = leader.propose();
    applied(cluster, command);
    cluster.world.runMillis(500);

    assertThat(cluster.members.keySet())
        .allSatisfy(id ->
            assertThat(leader.consensus().acknowledgedIndex(id))
                .isGreaterThanOrEqualTo(command.appliedAt));
    assertThat(cluster.follower().consensus().acknowledgedIndex(leader.id)).isZero();
  }

  @Test
  void aLeaseAnswersReadsAtOnceUntilTheLeaderMayHaveBeenReplaced() {
    RaftCluster cluster = RaftCluster.withLeases(SEED, 3);
    cluster.world.runMillis(2000);
    Member leader = cluster.leader();
    applied(cluster, leader.propose());

    long without = leader.tryRead();
    CompletableFuture<Long> round = leader.read();
    cluster.world.runUntil(round::isDone, 500);
    long with = leader.tryRead();
    cluster.network.isolate(leader.id);
    cluster.world.runMillis(800);
    long afterIsolation = leader.tryRead();

    assertThat(without).isEqualTo(Consensus.NO_INDEX);
    assertThat(with).isGreaterThanOrEqualTo(round.join());
    assertThat(afterIsolation).isEqualTo(Consensus.NO_INDEX);
  }

  /**
   * A member that has confirmed a lease and then hears of a later term knows of no leader any more.
   * It must keep its vote all the same.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aLeaseOutlastsThatThoseWhoConfirmedItHearOfALaterTerm(long seed) {
    RaftCluster cluster = RaftCluster.withLeases(seed, 3);
    cluster.world.runMillis(2000);
    Member leader = cluster.leader();
    Member follower = cluster.follower();
    Member other =
        cluster.members.values().stream()
            .filter(m -> m != leader && m != follower)
            .findFirst()
            .orElseThrow();
    cluster.network.cut(leader.id, other.id, true);
    cluster.network.cut(other.id, leader.id, true);
    cluster.world.runMillis(3000);
    CompletableFuture<Long> round = leader.read();
    cluster.world.runUntil(round::isDone, 500);

    cluster.network.isolate(leader.id);
    other.sayStaleTerm(follower.id, leader.term() + 1);
    boolean heldAtFirst = leader.tryRead() != Consensus.NO_INDEX;
    for (int i = 0; i < 100; i++) {
      cluster.world.runMillis(10);
      var _ = other.propose();
      var _ = leader.tryRead(); // Fails if it misses what another leader has acknowledged.
    }
    cluster.world.runMillis(3L * RaftCluster.ELECTION_MILLIS);

    assertThat(heldAtFirst).isTrue();
    assertThat(follower.term()).isGreaterThan(leader.term());
    assertThat(cluster.leader()).isNotSameAs(leader);
  }

  @Test
  void aLeaderThatHandsOverHasNoLeaseAnyMore() {
    RaftCluster cluster = RaftCluster.withLeases(SEED, 3);
    cluster.world.runMillis(2000);
    Member leader = cluster.leader();
    CompletableFuture<Long> round = leader.read();
    cluster.world.runUntil(round::isDone, 500);

    var transfer =
        leader.consensus().transferLeadership(cluster.follower().id).toCompletableFuture();
    cluster.world.runUntil(transfer::isDone, 3000);

    assertThat(round).isCompleted();
    assertThat(leader.tryRead()).isEqualTo(Consensus.NO_INDEX);
  }
}
