// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.simulator.RunSeeds;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** See {@link RandomCluster}. */
final class RandomClusterTest {
  static Stream<Long> seeds() {
    return RunSeeds.with(80);
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("seeds")
  void invariantsHoldAndTheClusterRecovers(long seed) {
    assertThat(RandomCluster.play(seed)).containsKey("leader elected");
  }

  @Test
  void rareSituationsComeAbout() {
    TreeSet<String> reached = new TreeSet<>();

    for (long seed = 1; seed <= 60; seed++) {
      reached.addAll(RandomCluster.play(seed).keySet());
    }

    assertThat(reached)
        .contains(
            "append rejected",
            "change applied",
            "dropped CHANGE_PENDING",
            "dropped LEADER_CHANGED",
            "dropped NOT_LEADER",
            "dropped OVERLOADED",
            "dropped DISPLACED",
            "dropped TERM_START_PENDING",
            "dropped TRANSFERRING",
            "entries read back",
            "entry of an older term committed",
            "leader elected",
            "leadership handed over",
            "log cut off",
            "old leader told",
            "proposal applied",
            "read answered",
            "snapshot installed");
  }
}
