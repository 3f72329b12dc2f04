// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.conformancetests.consensus.ConsensusFixture;
import io.cairn.conformancetests.consensus.Surroundings;
import io.cairn.consensusraft.runtime.RaftConsensus;
import io.cairn.simulator.run.Swarm;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ChosenPartsTest {
  /** As an author of a consensus engine writes it for the conformance kit; offers nothing more. */
  public static final class PlainRaft implements ConsensusFixture {
    @Override
    public Consensus member(ConsensusOptions options, Surroundings surroundings) {
      return new RaftConsensus(
          options,
          surroundings.disk(),
          surroundings.scheduler(),
          surroundings.time(),
          surroundings.rng(),
          surroundings.events(),
          surroundings.exit(),
          surroundings.network());
    }
  }

  @Test
  void withoutOptionsMembersAreOfCairn() {
    ChosenParts parts = ChosenParts.parse(List.of("ci", "60"));

    assertThat(parts.words()).containsExactly("ci", "60");
    assertThat(parts.areOfCairn()).isTrue();
  }

  @Test
  void aFixtureOfTheConsensusKitMakesMembers() {
    ChosenParts parts =
        ChosenParts.parse(List.of("ci", "--fixture", PlainRaft.class.getName(), "60"));

    assertThat(parts.words()).containsExactly("ci", "60");
    assertThat(parts.areOfCairn()).isFalse();
    assertThat(parts.run(Swarm.shortPlan(1, 3)).violations()).isEmpty();
  }

  @Test
  void whatIsNotThereIsRefusedByName() {
    assertThatThrownBy(() -> ChosenParts.parse(List.of("ci", "--backend=toy")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'--jar' is needed");
    assertThatThrownBy(() -> ChosenParts.parse(List.of("ci", "--jar", "no-such.jar")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no-such.jar");
    assertThatThrownBy(() -> ChosenParts.parse(List.of("ci", "--fixture", "com.example.None")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no class 'com.example.None'");
  }
}
