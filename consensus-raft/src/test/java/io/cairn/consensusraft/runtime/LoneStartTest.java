// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.consensus.ConfigurationChange.Kind;
import org.junit.jupiter.api.Test;

/** etcd's {@code --force-new-cluster}: a survivor of three goes on alone. */
final class LoneStartTest {
  private final RaftCluster cluster = new RaftCluster(11, 3);

  @Test
  void survivorGoesOnAloneWithEverythingInItsLog() {
    RaftCluster.Member survivor = cluster.follower();
    for (int i = 0; i < 20; i++) {
      cluster.leader().propose();
    }
    var _ = cluster.world.runUntil(cluster::converged, 20_000);
    long applied = survivor.machine().point().index();
    cluster.members.values().forEach(RaftCluster.Member::kill);

    survivor.goesOnAlone = true;
    survivor.start();
    var _ = cluster.world.runUntil(() -> survivor.consensus().status().leadership().self(), 20_000);

    assertThat(survivor.consensus().status().leadership().self()).isTrue();
    assertThat(survivor.consensus().status().configuration().voters()).containsExactly(survivor.id);
    assertThat(survivor.machine().point().index()).isGreaterThan(applied);
  }

  @Test
  void learnerThatSurvivesGetsItsVote() {
    RaftCluster.Member learner = cluster.join(4);
    cluster.leader().change(Kind.ADD_LEARNER, 4);
    var _ =
        cluster.world.runUntil(
            () -> learner.consensus().status().configuration().isLearner(4), 20_000);
    cluster.members.values().forEach(RaftCluster.Member::kill);

    learner.goesOnAlone = true;
    learner.start();
    var _ = cluster.world.runUntil(() -> learner.consensus().status().leadership().self(), 20_000);

    assertThat(learner.consensus().status().configuration().voters()).containsExactly(4L);
    assertThat(learner.consensus().status().configuration().learners()).isEmpty();
  }

  @Test
  void memberThatIsAloneAlreadyWritesNothing() {
    RaftCluster alone = new RaftCluster(12, 1);
    RaftCluster.Member only = alone.leader();
    only.kill();

    only.goesOnAlone = true;
    only.start();
    var _ = alone.world.runUntil(() -> only.consensus().status().leadership().self(), 20_000);

    assertThat(only.log.messages()).noneMatch(line -> line.contains("forcing restart member"));
  }
}
