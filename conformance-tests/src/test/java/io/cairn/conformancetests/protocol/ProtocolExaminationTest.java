// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.conformancetests.report.CannotRunException;
import io.cairn.conformancetests.report.Catalogue;
import io.cairn.conformancetests.report.Options;
import io.cairn.conformancetests.report.Rule;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the kit says without a server; with servers it is tested end to end. */
final class ProtocolExaminationTest {
  private static final PrintStream NOWHERE =
      new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

  @Test
  void everyServiceHasItsRules() {
    Catalogue catalogue = ProtocolExamination.catalogue();

    assertThat(catalogue.rules()).hasSizeGreaterThan(150);
    assertThat(catalogue.rules())
        .extracting(Rule::id)
        .contains("PUT-1", "RANGE-1", "TXN-1", "WATCH-1", "LEASE-1", "MAINT-1", "CLUSTER-1");
  }

  @Test
  void differencesAreOfRulesThatExist() {
    Catalogue catalogue = ProtocolExamination.catalogue();

    assertThat(Differences.of("3.4.23").keySet())
        .isNotEmpty()
        .allSatisfy(rule -> assertThat(catalogue.findRule(rule)).as(rule).isPresent());
    assertThat(Differences.of("3.7.1")).isEmpty();
    assertThat(Differences.of("3.8.0-alpha.0")).isEmpty();
    assertThat(Differences.whatEndsTheServer("ORDER-7", "3.4.23")).isPresent();
    assertThat(Differences.whatEndsTheServer("ORDER-7", "3.7.0")).isEmpty();
  }

  @Test
  void versionsCompareByTheirNumbers() {
    assertThat(Differences.compare("3.5.9", "3.5.16")).isNegative();
    assertThat(Differences.compare("3.10.0", "3.9.9")).isPositive();
    assertThat(Differences.compare("3.7", "3.7.0")).isZero();
  }

  @Test
  void whoCannotBeAskedIsNotExamined() throws Exception {
    assertCannotRun("'--endpoint' is needed");
    assertCannotRun("an endpoint is http://host:port", "--endpoint", "https://127.0.0.1:2379");
    assertCannotRun("no member answers at 127.0.0.1:1", "--endpoint", "127.0.0.1:1");
    assertCannotRun("is 'own' or 'shared'", "--endpoint", "127.0.0.1:1", "--store", "mine");
  }

  private static void assertCannotRun(String why, String... arguments) throws Exception {
    Options options = Options.parse(List.of(arguments));

    assertThatThrownBy(() -> new ProtocolKit().run(options, NOWHERE))
        .isInstanceOf(CannotRunException.class)
        .hasMessageContaining(why);
  }

  @Test
  void unknownRulesCannotBeAskedFor() {
    ProtocolExamination examination = new ProtocolExamination(List.of("127.0.0.1:1"));

    assertThatThrownBy(() -> examination.only(List.of("PUT-999")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PUT-999");
  }
}
