// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.conformancetests.Seeds;
import io.cairn.simulator.parts.Parts;
import io.cairn.simulator.run.Outcome;
import io.cairn.simulator.run.Plan;
import io.cairn.simulator.run.Simulation;
import io.cairn.simulator.run.Swarm;
import java.io.IOException;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whether a whole cluster that is made of somebody's parts keeps its promises under faults.
 *
 * <p>A class that extends it and says which {@link #parts} plays some seeds that every run repeats,
 * and fresh ones as {@link Seeds} says. A failed one has its seed in its name, as {@code
 * -Dcairn.seed=n}, which repeats it alone; what helps to find the cause is below {@code
 * target/simulations}, and docs/simulator.md says how to go on from there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class SimulationConformance {
  private static final int SEEDS = 10;
  private static final int MEMBERS = 3;

  /** What members are made of. */
  protected abstract Parts parts();

  /** How many seeds every run repeats, from 1 on. */
  protected int seeds() {
    return SEEDS;
  }

  /** How many members a cluster begins with, from 1 to 7. */
  protected int members() {
    return MEMBERS;
  }

  /** The seeds of this run. */
  Stream<Long> drawn() {
    return System.getProperty("cairn.seed") == null
        ? Stream.concat(LongStream.rangeClosed(1, seeds()).boxed(), Seeds.ofThisRun())
        : Seeds.ofThisRun();
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("drawn")
  @DisplayName("a cluster under faults keeps its promises")
  final void promisesHold(long seed) throws IOException {
    Outcome outcome = Simulation.run(plan(seed), parts());

    if (!outcome.isGood()) {
      throw new AssertionError(String.join("\n", Findings.write(outcome)));
    }
  }

  /** What reads a clock or waits for a thread of its own cannot be repeated, nor explained. */
  @Test
  @DisplayName("the same seed is the same run")
  final void theSameSeedIsTheSameRun() {
    long seed = Seeds.baseOfThisRun();

    long once = Simulation.run(plan(seed), parts()).hash();
    long again = Simulation.run(plan(seed), parts()).hash();

    assertThat(again).as("the hash of all events, seed %s", seed).isEqualTo(once);
  }

  private Plan plan(long seed) {
    return Swarm.shortPlan(seed, members());
  }
}
