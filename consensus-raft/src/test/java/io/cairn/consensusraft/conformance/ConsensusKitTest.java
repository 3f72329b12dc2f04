// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.conformancetests.consensus.ConsensusExamination;
import io.cairn.conformancetests.report.Outcome;
import io.cairn.conformancetests.report.Report;
import io.cairn.conformancetests.report.Rule;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whether the kit notices a wrong engine, and blames the rule that it breaks. */
final class ConsensusKitTest {
  @BeforeAll
  static void drawFewSeeds() {
    // Random histories are not judged here, but cannot be left out of the suite.
    System.setProperty("cairn.seeds", "1");
  }

  @AfterAll
  static void drawAsManySeedsAsBefore() {
    System.clearProperty("cairn.seeds");
  }

  /** Other rules may suffer too: whoever is never answered waits in every test. */
  @ParameterizedTest(name = "-Dcairn.flaws={0}")
  @MethodSource("io.cairn.consensusraft.conformance.Flaw#ofThisRun")
  void aFlawIsBlamedOnItsRule(Flaw flaw) {
    Report report =
        new ConsensusExamination(
                flaw.name(),
                (options, surroundings) -> WrongConsensus.member(flaw, options, surroundings))
            .run();

    assertThat(report.conformant()).isFalse();
    assertThat(report.strays()).isEmpty();
    assertThat(report.resultsWith(Outcome.FAILED))
        .as(report::toText)
        .extracting(result -> result.rule().id())
        .contains(flaw.rule());
  }

  @Test
  void everyRuleHasAFlaw() {
    assertThat(List.of(Flaw.values()))
        .extracting(Flaw::rule)
        .containsAll(
            ConsensusExamination.catalogue().rules().stream()
                .map(Rule::id)
                .filter(rule -> rule.matches("C\\d+"))
                .toList());
  }
}
