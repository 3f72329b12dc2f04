// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.conformancetests.report.Examination;
import io.cairn.conformancetests.report.Outcome;
import io.cairn.conformancetests.report.Report;
import io.cairn.conformancetests.report.Rule;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whether the suites notice a broken engine, and blame the right rule. */
final class StorageConformanceTest {
  private static final int WRONG_BACKENDS_MIN = 25;

  @BeforeAll
  static void drawFewSeeds() {
    // Random histories are not judged here, but cannot be left out of the suite.
    System.setProperty("cairn.seeds", "1");
  }

  @AfterAll
  static void drawAsManySeedsAsBefore() {
    System.clearProperty("cairn.seeds");
  }

  @ParameterizedTest(name = "-Dcairn.flaws={0}")
  @MethodSource("io.cairn.conformancetests.Flaw#ofThisRun")
  void aFlawIsBlamedOnItsRuleAlone(Flaw flaw) {
    Report report =
        new Examination(StorageRules.CATALOGUE, flaw.name())
            .given(StorageFixture.class, () -> new ModelBackend(flaw))
            .run(GivenStorageConformance.class);

    assertThat(report.conformant()).isFalse();
    assertThat(report.strays()).isEmpty();
    assertThat(report.resultsWith(Outcome.FAILED))
        .as(report::toText)
        .extracting(result -> result.rule().id())
        .filteredOn(rule -> !rule.equals(StorageRules.ALL)) // any flaw may show in random work
        .containsExactly(flaw.rule());
  }

  @Test
  void aSoundBackendKeepsEveryRule() {
    Report report =
        new Examination(StorageRules.CATALOGUE, "a sound backend")
            .given(StorageFixture.class, ModelBackend::new)
            .run(GivenStorageConformance.class);

    assertThat(report.resultsWith(Outcome.PASSED))
        .as(report::toText)
        .hasSize(report.results().size());
    assertThat(report.conformant()).isTrue();
  }

  @Test
  void aKilledProcessShowsAForgetfulBarrier() {
    Report report =
        new Examination(StorageRules.CATALOGUE, "a forgetful backend")
            .run(KilledForgetfulBackend.class);

    assertThat(report.resultsWith(Outcome.FAILED))
        .extracting(result -> result.rule().id())
        .containsExactly(StorageRules.S4);
  }

  @Test
  void anotherProcessShowsALockThatIsLost() {
    Report report =
        new Examination(StorageRules.CATALOGUE, "an unlocking backend")
            .run(VisitedUnlockingBackend.class);

    assertThat(report.resultsWith(Outcome.FAILED))
        .as(report::toText)
        .extracting(result -> result.rule().id())
        .containsExactly(StorageRules.S9);
  }

  /** P4 cannot be broken, and P5 is about the jar. */
  @Test
  void everyRuleHasAFlaw() {
    List<String> rules = StorageRules.CATALOGUE.rules().stream().map(Rule::id).toList();

    assertThat(List.of(Flaw.values()))
        .extracting(Flaw::rule)
        .containsAll(rules.stream().filter(rule -> rule.matches("S\\d+|P[123]")).toList())
        .hasSizeGreaterThanOrEqualTo(WRONG_BACKENDS_MIN);
  }

  /** Fails, so nothing but this class runs it. */
  static final class KilledForgetfulBackend extends StorageCrashConformance {
    @Override
    protected StorageFixture fixture() {
      return ForgetfulBackend::new;
    }
  }

  /** The same. */
  static final class VisitedUnlockingBackend extends StorageCrashConformance {
    @Override
    protected StorageFixture fixture() {
      return UnlockingBackend::new;
    }
  }
}
