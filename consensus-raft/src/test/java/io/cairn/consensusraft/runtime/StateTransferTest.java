// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.consensusraft.runtime.RaftCluster.Member;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.ConfigurationChange.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Members that are too far behind for the log (C13 to C15). */
final class StateTransferTest {
  private static final long SEED = 7;

  private final RaftCluster cluster = RaftCluster.withShortLogs(SEED, 3);

  private Member lagging() {
    Member lagging = cluster.follower();
    lagging.kill();
    cluster.writeAndForget(1000);
    return lagging;
  }

  private boolean catchesUp(Member member) {
    return cluster.world.runUntil(
        () -> member.machine().installs > 0 && cluster.converged(), 30_000);
  }

  @Test
  void aMemberThatTheLogHasLeftBehindGetsTheWholeStateWhileOthersWrite() {
    Member lagging = lagging();

    lagging.start();
    for (int i = 0; i < 50; i++) {
      cluster.leader().propose();
      cluster.world.runMillis(20);
    }

    assertThat(catchesUp(lagging)).isTrue();
    assertThat(lagging.machine().applied()).hasSizeGreaterThan(1000);
  }

  @Test
  void aTransferGoesOnFromWhereItWasWhenTheReceiverDiesAndWhenTheLeaderDoes() {
    Member lagging = lagging();
    lagging.start();
    cluster.world.runUntil(() -> lagging.storage.parts.size() > 300, 10_000);
    int before = lagging.storage.parts.size();
    lagging.kill();
    cluster.world.runMillis(500);
    lagging.start();
    cluster.world.runUntil(() -> lagging.storage.parts.size() > 600, 30_000);
    int between = lagging.storage.parts.size();
    Member leader = cluster.leader();
    leader.kill();
    cluster.leader();
    leader.start();

    assertThat(before).isGreaterThan(300);
    assertThat(between).isGreaterThan(before);
    assertThat(catchesUp(lagging)).isTrue();
  }

  /** Else the transfer of a state that grows as fast as it is sent would never end. */
  @Test
  void aStateThatGrowsAsFastAsItIsSentIsSentWithoutRests() {
    cluster.stateBytesPerSecondMax = 1;
    cluster.members.values().forEach(Member::kill);
    cluster.members.values().forEach(Member::start);
    Member lagging = lagging();
    Member leader = cluster.leader();
    lagging.start();
    cluster.world.runMillis(10_000);
    int unhurried = lagging.storage.parts.size();

    lagging.kill();
    leader.machine().sendsFallBehind = true;
    lagging.start();

    assertThat(unhurried).isLessThan(10);
    assertThat(catchesUp(lagging)).isTrue();
  }

  /** Else it would rest for all that the other one has sent without resting. */
  @Test
  void aStateThatIsSentWithRestsDoesNotWaitForOneThatIsSentWithout() {
    RaftCluster five = RaftCluster.withShortLogs(SEED, 5);
    five.stateBytesPerSecondMax = 10_000;
    five.members.values().forEach(Member::kill);
    five.members.values().forEach(Member::start);
    Member leader = five.leader();
    List<Member> lagging =
        five.members.values().stream().filter(member -> member != leader).limit(2).toList();
    lagging.forEach(Member::kill);
    five.writeAndForget(1000);
    lagging.getFirst().start();
    five.world.runUntil(() -> !lagging.getFirst().storage.parts.isEmpty(), 10_000);

    leader.machine().sendsFallBehind = true;
    lagging.getLast().start();

    assertThat(five.world.runUntil(() -> lagging.getLast().machine().installs > 0, 10_000))
        .isTrue();
    assertThat(five.world.runUntil(five::converged, 30_000)).isTrue();
  }

  /** Else it would believe a later life of that member's directory, which has forgotten all. */
  @Test
  void aStateBringsWhatMembersWereBoundToWhileItWasOnItsWay() {
    Member lagging = lagging();
    lagging.start();
    cluster.world.runUntil(() -> lagging.storage.parts.size() > 100, 10_000);
    Member joining = cluster.join(9);
    cluster.leader().change(Kind.ADD_LEARNER, 9);

    boolean bound = cluster.world.runUntil(() -> cluster.leader().bound(9) != 0, 10_000);
    int installsThen = lagging.machine().installs;
    boolean caughtUp = catchesUp(lagging);

    assertThat(bound).isTrue();
    assertThat(installsThen).isZero();
    assertThat(caughtUp).isTrue();
    assertThat(lagging.bound(9)).isEqualTo(joining.incarnation);
  }

  @Test
  void lossDoesNotKeepAStateFromArriving() {
    Member lagging = lagging();
    cluster.network.lose(2);

    lagging.start();
    cluster.world.runUntil(() -> lagging.machine().installs > 0, 400_000);
    cluster.network.lose(0);

    assertThat(lagging.machine().installs).isPositive();
    assertThat(cluster.world.runUntil(cluster::converged, 10_000)).isTrue();
  }

  @Test
  void aNewLearnerIsSentTheStateAndThenVotes() {
    cluster.writeAndForget(500);
    Member joining = cluster.join(9);
    Member leader = cluster.leader();

    leader.change(Kind.ADD_LEARNER, 9);
    boolean caughtUp = catchesUp(joining);
    cluster.leader().change(Kind.PROMOTE, 9);
    boolean votes =
        cluster.world.runUntil(
            () -> joining.consensus().status().configuration().isVoter(9), 10_000);

    assertThat(caughtUp).isTrue();
    assertThat(votes).isTrue();
  }

  /** Wherever the power fails, the member opens at the old point or, once recorded, the new one. */
  @Test
  void aCrashBetweenArrivalAndInstallLosesNothing() {
    Member lagging = lagging();
    int atNewPoint = 0;

    for (int micros = 0; micros < 8000; micros += 500) {
      lagging.start();
      lagging.machine().barrier();
      cluster.world.runUntil(() -> lagging.storage.arrived != null, 60_000);
      ClusterMachine.State arrived = lagging.storage.arrived;
      if (arrived == null) {
        break;
      }
      AppliedPoint point = arrived.point();
      cluster.world.runMicros(micros);
      lagging.kill();
      lagging.start();
      atNewPoint += lagging.machine().point().equals(point) ? 1 : 0;
      assertThat(cluster.world.runUntil(cluster::converged, 60_000)).isTrue();
      lagging.kill();
      cluster.writeAndForget(300);
    }

    assertThat(atNewPoint).isPositive();
  }
}
