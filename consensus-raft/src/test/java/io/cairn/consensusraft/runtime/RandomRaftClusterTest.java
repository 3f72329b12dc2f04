// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.consensusraft.runtime.RaftCluster.Member;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.consensus.DropReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole members under crashes, power cuts, partitions and lost messages, with what rules C1 to C15
 * forbid watched all the time.
 */
final class RandomRaftClusterTest {
  private static final int STEPS = 250;

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.consensusraft.fakes.RunSeeds#ofClusters")
  void noFaultMakesAnybodyAnswerWrongly(long seed) {
    int size = seed % 3 == 0 ? 5 : 3;
    RaftCluster cluster =
        switch ((int) (seed & 3)) {
          case 0 -> new RaftCluster(seed, size);
          case 1 -> RaftCluster.withLeases(seed, size);
          default -> RaftCluster.withShortLogs(seed, size);
        };
    Random dice = new Random(seed);
    List<CompletableFuture<Long>> reads = new ArrayList<>();

    for (int i = 0; i < STEPS; i++) {
      step(cluster, dice, reads);
      cluster.world.runMillis(dice.nextInt(10) == 0 ? dice.nextInt(2000) : dice.nextInt(60));
    }
    heal(cluster);
    cluster.world.runMillis(RaftCluster.REQUEST_MILLIS + 3000);
    Member leader = cluster.leader();
    var last = leader.propose();
    boolean lastApplied = cluster.world.runUntil(() -> last.appliedAt != 0, 5000);
    boolean converged = cluster.world.runUntil(cluster::converged, 5000);

    assertThat(lastApplied).as("the healed cluster takes proposals").isTrue();
    assertThat(converged).as("all have applied the same").isTrue();
    assertThat(cluster.checker.untold(cluster.ofTheDead)).as("proposals without an end").isEmpty();
    cluster.checker.checkEnd();
    assertThat(cluster.checker.acknowledgedCount()).isGreaterThan(20);
    for (CompletableFuture<Long> read : reads) {
      if (read.isCompletedExceptionally()) {
        assertThat(read.exceptionNow()).isInstanceOf(ConsensusException.class);
      }
    }
    assertThat(cluster.checker.droppedCount(DropReason.STOPPED)).isZero();
  }

  private static void step(RaftCluster cluster, Random dice, List<CompletableFuture<Long>> reads) {
    List<Member> running = cluster.members.values().stream().filter(Member::isRunning).toList();
    Member any = running.isEmpty() ? null : running.get(dice.nextInt(running.size()));
    int what = dice.nextInt(100);
    if (what < 60 && any != null) {
      for (int i = dice.nextInt(5); i >= 0; i--) {
        any.propose();
      }
    } else if (what < 75 && any != null) {
      reads.add(any.read());
      running.forEach(Member::tryRead);
    } else if (what < 80 && any != null) {
      any.machine().barrier();
    } else if (what < 84 && any != null && running.size() * 2 > cluster.members.size()) {
      if (dice.nextBoolean()) {
        any.kill();
      } else {
        any.cutPower();
      }
    } else if (what < 90) {
      cluster.members.values().stream()
          .filter(member -> !member.isRunning())
          .findAny()
          .ifPresent(Member::start);
    } else if (what < 92) {
      long one = 1L + dice.nextInt(cluster.members.size());
      if (dice.nextBoolean()) {
        cluster.network.isolate(one);
      } else {
        cluster.network.cut(one, 1L + dice.nextInt(cluster.members.size()), true);
      }
    } else if (what < 95) {
      cluster.network.heal();
    } else if (what < 97) {
      cluster.network.lose(dice.nextInt(3) == 0 ? dice.nextInt(30) : 0);
    } else if (any != null) {
      any.consensus().transferLeadership(1L + dice.nextInt(cluster.members.size()));
    }
  }

  private static void heal(RaftCluster cluster) {
    cluster.network.lose(0);
    cluster.members.values().stream().filter(m -> !m.isRunning()).forEach(Member::start);
    cluster.network.heal();
  }
}
