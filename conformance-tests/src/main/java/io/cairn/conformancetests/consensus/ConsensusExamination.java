// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.consensus;

import io.cairn.conformancetests.report.Catalogue;
import io.cairn.conformancetests.report.Examination;
import io.cairn.conformancetests.report.Report;
import java.util.function.Consumer;

/** Examines whether an engine keeps the contract, from a program. Not for several threads. */
public final class ConsensusExamination {
  private final String subject;
  private final ConsensusFixture fixture;
  private Consumer<String> progress = line -> {};

  /** Of the engine that the fixture makes, which the report calls {@code subject}. */
  public ConsensusExamination(String subject, ConsensusFixture fixture) {
    this.subject = subject;
    this.fixture = fixture;
  }

  /** Tells of each failure when it happens; called on the thread of the test. */
  public ConsensusExamination telling(Consumer<String> listener) {
    progress = listener;
    return this;
  }

  /** All rules, in the order of the report. */
  public static Catalogue catalogue() {
    return ConsensusRules.CATALOGUE;
  }

  /** Runs the whole suite. */
  public Report run() {
    return new Examination(ConsensusRules.CATALOGUE, subject)
        .given(ConsensusFixture.class, fixture)
        .telling(progress)
        .run(GivenConsensusConformance.class);
  }
}
