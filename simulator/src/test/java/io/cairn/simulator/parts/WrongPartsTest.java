// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.backendmemory.MemoryBackend;
import io.cairn.backendrocksdb.RocksDbBackend;
import io.cairn.simulator.check.Violation;
import io.cairn.simulator.run.Outcome;
import io.cairn.simulator.run.Simulation;
import io.cairn.simulator.run.Swarm;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Parts that are wrong in one way each are found within a few seeds. */
final class WrongPartsTest {
  private static final int SEEDS_MAX = 15;

  @ParameterizedTest
  @EnumSource
  void wrongEnginesAreFound(WrongEngine.Flaw flaw) {
    Parts parts = Parts.ofCairn().withStorage(new WrongEngine.Backend(new RocksDbBackend(), flaw));

    List<Violation> found = play(parts);

    assertThat(found).as("what is wrong within %d seeds", SEEDS_MAX).isNotEmpty();
  }

  @Test
  void aConsensusThatReadsWhatItHasIsFound() {
    ConsensusPart right = Parts.ofCairn().consensus();
    Parts parts =
        new Parts(
            knobs ->
                (options, surroundings) ->
                    new HastyReads(right.of(knobs).member(options, surroundings)),
            Parts.ofCairn().storages());

    List<Violation> found = play(parts);

    assertThat(found).extracting(Violation::promise).containsAnyOf("A", "I9");
  }

  @Test
  void anEngineThatForgetsEverythingAtOnceIsRefused() {
    assertThatThrownBy(() -> Parts.ofCairn().withStorage(new MemoryBackend()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'memory' does not offer 'durable'");
  }

  /** What the first seed that fails has found. */
  private static List<Violation> play(Parts parts) {
    for (long seed = 1; seed <= SEEDS_MAX; seed++) {
      Outcome outcome = Simulation.run(Swarm.shortPlan(seed, 3), parts);
      if (!outcome.isGood()) {
        return outcome.violations();
      }
    }
    return List.of();
  }
}
