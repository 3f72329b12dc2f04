// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.conformancetests.report.Outcome;
import io.cairn.conformancetests.report.Report;
import io.cairn.conformancetests.report.Rule;
import io.cairn.conformancetests.transport.TransportExamination;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whether the kit notices a wrong transport, and blames the rule that it breaks. */
final class TransportKitTest {
  /** What does not come at all need not be waited for long. */
  private static final Duration SHORT = Duration.ofSeconds(2);

  @BeforeAll
  static void drawFewSeeds() {
    System.setProperty("cairn.seeds", "1");
  }

  @AfterAll
  static void drawAsManySeedsAsBefore() {
    System.clearProperty("cairn.seeds");
  }

  @ParameterizedTest(name = "-Dcairn.flaws={0}")
  @MethodSource("io.cairn.apigrpc.conformance.Flaw#ofThisRun")
  void aFlawIsBlamedOnItsRule(Flaw flaw) {
    Report report =
        new TransportExamination(flaw.name(), () -> new WrongTransport(flaw)).patience(SHORT).run();

    assertThat(report.conformant()).isFalse();
    assertThat(report.strays()).isEmpty();
    assertThat(report.resultsWith(Outcome.FAILED))
        .as(report::toText)
        .extracting(result -> result.rule().id())
        .contains(flaw.rule());
  }

  /** A name that cannot stand in configuration, P4, cannot be made. */
  @Test
  void everyRuleHasAFlaw() {
    assertThat(List.of(Flaw.values()))
        .extracting(Flaw::rule)
        .containsAll(
            TransportExamination.catalogue().rules().stream()
                .map(Rule::id)
                .filter(rule -> !rule.equals("P4"))
                .toList());
  }
}
