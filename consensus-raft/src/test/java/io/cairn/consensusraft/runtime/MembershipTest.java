// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.consensusraft.runtime.RaftCluster.Member;
import io.cairn.consensusraft.runtime.TestMachine.Command;
import io.cairn.spi.consensus.ConfigurationChange.Kind;
import io.cairn.spi.consensus.DropReason;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Members that come and go while the cluster runs (C8). */
final class MembershipTest {
  private static final long SEED = 5;

  private static void applied(RaftCluster cluster, Command command) {
    assertThat(cluster.world.runUntil(() -> command.appliedAt != 0, 10_000))
        .as("%s is applied, not %s", command.text, command.dropped)
        .isTrue();
  }

  @Test
  void aLoneMemberBecomesThreeAndIsAloneAgain() {
    RaftCluster cluster = new RaftCluster(SEED, 1);
    Member founder = cluster.member(1);
    applied(cluster, founder.propose());
    for (long id = 2; id <= 3; id++) {
      cluster.join(id);
      applied(cluster, cluster.leader().change(Kind.ADD_VOTER, id));
      Member joined = cluster.member(id);
      assertThat(
              cluster.world.runUntil(
                  () -> joined.machine().point().configuration().isVoter(joined.id), 10_000))
          .isTrue();
    }
    applied(cluster, cluster.member(3).propose());

    for (long id = 3; id >= 2; id--) {
      applied(cluster, founder.change(Kind.REMOVE, id));
      cluster.member(id).kill();
      cluster.members.remove(id);
      cluster.leader();
    }
    applied(cluster, founder.propose());

    assertThat(founder.consensus().status().configuration().voters()).containsExactly(1L);
    assertThat(cluster.world.runUntil(() -> founder.consensus().tryReadIndex() > 0, 3000)).isTrue();
    cluster.checker.checkEnd();
  }

  @Test
  void aLeaderThatRemovesItselfLeavesTheOthersWithALeader() {
    RaftCluster cluster = new RaftCluster(SEED, 3);
    Member leader = cluster.leader();

    Command removal = leader.change(Kind.REMOVE, leader.id);
    applied(cluster, removal);
    boolean succeeded =
        cluster.world.runUntil(
            () ->
                cluster.members.values().stream()
                    .anyMatch(m -> m != leader && m.consensus().status().leadership().self()),
            10_000);
    leader.kill();
    cluster.members.remove(leader.id);
    Command after = cluster.leader().propose();
    applied(cluster, after);

    assertThat(succeeded).isTrue();
    assertThat(cluster.leader().consensus().status().configuration().voters()).hasSize(2);
  }

  @Test
  void aChangeMadeAtAFollowerComesBackThere() {
    RaftCluster cluster = new RaftCluster(SEED, 3);
    Member follower = cluster.follower();
    Member joining = cluster.join(8);

    Command change = follower.change(Kind.ADD_LEARNER, 8);
    applied(cluster, change);
    boolean follows =
        cluster.world.runUntil(
            () -> joining.machine().point().configuration().isLearner(8), 10_000);
    applied(cluster, joining.propose());

    assertThat(follows).isTrue();
    assertThat(follower.consensus().status().configuration().learners()).containsExactly(8L);
  }

  @Test
  void ofTwoChangesAtOnceOneIsRefused() {
    RaftCluster cluster = new RaftCluster(SEED, 3);
    cluster.leader();
    cluster.world.runMillis(2000);
    Member leader = cluster.leader();

    Command first = leader.change(Kind.ADD_LEARNER, 8);
    Command second = leader.change(Kind.ADD_LEARNER, 9);
    applied(cluster, first);

    assertThat(second.dropped).isEqualTo(DropReason.CHANGE_REFUSED);
  }

  /** Members are added, promoted and removed under load, crashes and cuts. */
  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.consensusraft.fakes.RunSeeds#ofLongLives")
  void changesUnderFaultsMakeNobodyAnswerWrongly(long seed) {
    Random dice = new Random(seed);
    RaftCluster cluster =
        seed % 2 == 0 ? new RaftCluster(seed, 3) : RaftCluster.withShortLogs(seed, 3);
    long nextId = 4;
    for (int round = 0; round < 12; round++) {
      Member leader = cluster.leader();
      int size = leader.consensus().status().configuration().voters().size();
      if (dice.nextInt(3) == 0 && size > 3) {
        long leaving = leader.consensus().status().configuration().voters().get(dice.nextInt(size));
        leader.change(Kind.REMOVE, leaving);
      } else if (dice.nextBoolean()) {
        cluster.join(nextId);
        leader.change(dice.nextBoolean() ? Kind.ADD_VOTER : Kind.ADD_LEARNER, nextId++);
      } else {
        leader.consensus().status().configuration().learners().stream()
            .findFirst()
            .ifPresent(learner -> leader.change(Kind.PROMOTE, learner));
      }
      for (int i = 0; i < 40; i++) {
        cluster.members.values().stream()
            .filter(Member::isRunning)
            .skip(dice.nextInt(cluster.members.size()))
            .findFirst()
            .ifPresent(Member::propose);
        cluster.world.runMillis(dice.nextInt(40));
      }
      Member victim = cluster.follower();
      victim.machine().barrier();
      if (dice.nextBoolean()) {
        victim.cutPower();
        cluster.world.runMillis(dice.nextInt(2000));
        victim.start();
      }
      removeDeparted(cluster);
    }
    cluster.world.runMillis(RaftCluster.REQUEST_MILLIS + 3000);
    removeDeparted(cluster);
    Command last = cluster.leader().propose();
    applied(cluster, last);
    boolean converged = cluster.world.runUntil(() -> membersConverged(cluster), 20_000);

    assertThat(converged).as("all members have applied the same").isTrue();
    assertThat(cluster.checker.untold(cluster.ofTheDead)).isEmpty();
    cluster.checker.checkEnd();
  }

  /** Members that have applied their removal end, as those who embed the engine let them. */
  private static void removeDeparted(RaftCluster cluster) {
    cluster.members.values().stream()
        .filter(m -> m.isRunning() && m.machine().applied().contains("REMOVE " + m.id))
        .toList()
        .forEach(member -> {
          cluster.world.runMillis(1500);
          member.kill();
          cluster.members.remove(member.id);
        });
  }

  private static boolean membersConverged(RaftCluster cluster) {
    var configuration = cluster.leader().consensus().status().configuration();
    return cluster.members.values().stream()
            .filter(m -> configuration.isVoter(m.id) || configuration.isLearner(m.id))
            .map(member -> member.isRunning() ? member.machine().point() : null)
            .distinct()
            .count()
        == 1;
  }
}
