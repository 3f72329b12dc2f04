// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExaminationTest {
  private static final Catalogue CATALOGUE =
      new Catalogue(
          "sample",
          List.of(
              Rule.must("R1", "holds"),
              Rule.must("R2", "holds for those who <offer> it"),
              Rule.must("R3", "is broken by some"),
              Rule.must("R4", "is examined by nobody").withUntested("needs a power cut"),
              Rule.should("R5", "is broken, too"),
              Rule.may("R6", "cannot be examined here")));

  /** What the sample suite examines. */
  record Subject(boolean sound) {}

  @ExtendWith(Given.class)
  @TestsRule("R1")
  static final class SampleSuite {
    private final Subject subject;

    SampleSuite(Subject subject) {
      this.subject = subject;
    }

    @Test
    void holds() {
      assertThat(subject).isNotNull();
    }

    @Test
    @TestsRule("R2")
    void holdsInItsAbsence(TestReporter reporter) {
      reporter.publishEntry("declined", "luck");
    }

    @Nested
    @TestsRule("R3")
    class Inner {
      @ParameterizedTest(name = "-Dcairn.seed={0}")
      @ValueSource(ints = {17, 18})
      void isBrokenByOneSeed(int seed) {
        assertThat(subject.sound() || seed != 18).as("a \"quoted\"\n<b>bold</b> word").isTrue();
      }

      @Test
      @TestsRule("R6")
      void cannotBeSaid() {
        Assumptions.abort("no such weather");
      }
    }

    @Test
    @TestsRule({"R5", "R1"})
    void belongsToTwoRules() {
      assertThat(subject.sound()).isTrue();
    }
  }

  @ExtendWith(Given.class)
  static final class SuiteThatCannotBegin {
    @BeforeAll
    static void begin() {
      assertThat(CATALOGUE.rules()).as("ground to stand on").isEmpty();
    }

    @Test
    @TestsRule("R1")
    void neverRuns() {}
  }

  static final class SuiteOfAnotherKit {
    @Test
    @TestsRule("X1")
    void passes() {}
  }

  @Test
  void aSoundSubjectConforms() {
    Report report = examine(true).run(SampleSuite.class);

    assertThat(report.conformant()).isTrue();
    assertThat(report.exitCode()).isZero();
    assertThat(outcomes(report))
        .containsExactly(
            Outcome.PASSED,
            Outcome.DECLINED,
            Outcome.PASSED,
            Outcome.NOT_TESTED,
            Outcome.PASSED,
            Outcome.NOT_TESTED);
    assertThat(report.verdict())
        .startsWith(
            "CONFORMANT: sample, a subject (3 passed, 1 refused by declaration, 2 not tested; ");
  }

  @Test
  void aFailureIsToldWithItsRuleAndItsSeed() {
    List<String> told = new ArrayList<>();

    Report report = examine(false).telling(told::add).run(SampleSuite.class);

    assertThat(report.exitCode()).isEqualTo(1);
    assertThat(report.verdict())
        .startsWith("NOT CONFORMANT: sample, a subject breaks R1, R3; not as it should: R5 (");
    RuleResult broken = report.results().get(2);
    assertThat(broken.tests()).isEqualTo(2);
    assertThat(broken.failures()).hasSize(1);
    Failure failure = broken.failures().getFirst();
    assertThat(failure.test()).endsWith(" / -Dcairn.seed=18").contains("isBrokenByOneSeed");
    assertThat(failure.message()).contains("\"quoted\"");
    assertThat(failure.trace()).contains("ExaminationTest.java");
    assertThat(told).hasSize(2).anyMatch(line -> line.endsWith("-Dcairn.seed=18"));
  }

  @Test
  void whatIsNotTestedSaysWhy() {
    Report report = examine(true).run(SampleSuite.class);

    assertThat(report.results().get(5).notes().toString()).contains("no such weather");
    assertThat(report.results().get(1).notes()).containsExactly("declined: luck");
    assertThat(report.toHtml()).contains("needs a power cut");
  }

  @Test
  void anExplainedDifferenceDoesNotDecide() {
    Report report =
        examine(false)
            .explain("R1", "older than the rule")
            .explain("R3", "known, and repaired in the next version")
            .explain("R2", "was thought to differ")
            .run(SampleSuite.class);

    assertThat(report.conformant()).isTrue();
    assertThat(report.resultsWith(Outcome.EXPLAINED)).hasSize(2);
    assertThat(report.results().get(1).outcome()).isEqualTo(Outcome.DECLINED);
    assertThat(report.results().get(1).notes())
        .contains("said to differ, but does not: was thought to differ");
  }

  @Test
  void aSuiteThatCannotBeginIsNotSilent() {
    Report report = examine(true).run(SampleSuite.class, SuiteThatCannotBegin.class);

    assertThat(report.conformant()).isFalse();
    assertThat(report.strays()).hasSize(1);
    assertThat(report.verdict()).contains("1 failures belong to no rule");
  }

  @Test
  void aRuleThatTheKitDoesNotHaveIsNotSilent() {
    Report report = examine(true).run(SuiteOfAnotherKit.class);

    assertThat(report.conformant()).isFalse();
    assertThat(report.strays().getFirst().message()).contains("'X1'");
  }

  @Test
  void whoIsNotExaminedDoesNotConform() {
    assertThat(examine(true).run(List.of()).conformant()).isFalse();
  }

  @Test
  void thePageAndTheTextShowWhatFailedAsItIs() {
    Report report = examine(false).parameter("weather", "<fair>").run(SampleSuite.class);

    assertThat(report.toHtml())
        .contains("NOT CONFORMANT", "&lt;b&gt;bold&lt;/b&gt;", "weather &lt;fair&gt;")
        .doesNotContain("<b>bold", "<offer>");
    assertThat(report.toText())
        .contains("R3     MUST   FAILED", "-Dcairn.seed=18", "<b>bold</b>")
        .endsWith(report.verdict() + "\n");
  }

  @Test
  void jsonHoldsEverythingAndEscapes() {
    Report report = examine(false).parameter("a", "\\ \" \n \u0001").run(SampleSuite.class);

    assertThat(report.toJson())
        .startsWith("{\"kit\":\"sample\",\"subject\":\"a subject\",\"level\":\"smoke\",")
        .contains("\"conformant\":false")
        .contains("\"parameters\":{\"a\":\"\\\\ \\\" \\n \\u0001\"}")
        .contains(
            "{\"rule\":\"R4\",\"demand\":\"MUST\",\"sentence\":\"is examined by nobody\","
                + "\"outcome\":\"NOT_TESTED\",\"tests\":0,\"untested\":\"needs a power cut\","
                + "\"notes\":[],\"failures\":[]}")
        .endsWith("\"strays\":[]}\n");
  }

  private static Examination examine(boolean sound) {
    return new Examination(CATALOGUE, "a subject").given(Subject.class, new Subject(sound));
  }

  private static List<Outcome> outcomes(Report report) {
    return report.results().stream().map(RuleResult::outcome).toList();
  }
}
