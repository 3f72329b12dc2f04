// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class ExplorerTest {
  private static final long STATES_MAX = 100_000;

  @Test
  void noOrderOfEventsInASmallClusterBreaksAPromise() {
    TreeSet<String> reached = new TreeSet<>();

    for (Explorer.Bounds bounds : Explorer.SMALL) {
      Explorer.Explored explored = Explorer.explore(bounds, STATES_MAX);

      assertThat(explored.complete()).as(bounds.toString()).isTrue();
      assertThat(explored.states()).as(bounds.toString()).isGreaterThan(5_000);
      reached.addAll(explored.reached().keySet());
    }
    assertThat(reached)
        .contains(
            "append rejected",
            "dropped LEADER_CHANGED",
            "entry of an older term committed",
            "leader elected",
            "old leader told",
            "proposal applied",
            "read answered");
  }

  @Test
  void whoGivesUpSaysSo() {
    Explorer.Explored explored = Explorer.explore(Explorer.SMALL.getFirst(), 100);

    assertThat(explored.complete()).isFalse();
    assertThat(explored.states()).isEqualTo(100);
  }
}
