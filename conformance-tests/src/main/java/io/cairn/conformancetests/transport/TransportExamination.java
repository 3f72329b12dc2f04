// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.transport;

import io.cairn.conformancetests.report.Catalogue;
import io.cairn.conformancetests.report.Examination;
import io.cairn.conformancetests.report.Report;
import java.time.Duration;
import java.util.function.Consumer;

/** Examines whether a transport keeps the contract, from a program. Not for several threads. */
public final class TransportExamination {
  private final String subject;
  private final TransportFixture fixture;
  private Duration patience = TransportConformance.PATIENCE;
  private Consumer<String> progress = line -> {};

  /** Of the transport that the fixture makes, which the report calls {@code subject}. */
  public TransportExamination(String subject, TransportFixture fixture) {
    this.subject = subject;
    this.fixture = fixture;
  }

  /** How long to wait for what should come by itself, 20 s unless said otherwise. */
  public TransportExamination patience(Duration wanted) {
    patience = wanted;
    return this;
  }

  /** Tells of each failure when it happens; called on the thread of the test. */
  public TransportExamination telling(Consumer<String> listener) {
    progress = listener;
    return this;
  }

  /** All rules, in the order of the report. */
  public static Catalogue catalogue() {
    return TransportRules.CATALOGUE;
  }

  /** Runs the whole suite. */
  public Report run() {
    return new Examination(TransportRules.CATALOGUE, subject)
        .given(TransportFixture.class, fixture)
        .given(Duration.class, patience)
        .telling(progress)
        .run(GivenTransportConformance.class);
  }
}
