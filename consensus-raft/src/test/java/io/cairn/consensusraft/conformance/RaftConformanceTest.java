// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.conformancetests.consensus.ConsensusExamination;
import io.cairn.conformancetests.report.Outcome;
import io.cairn.conformancetests.report.Report;
import org.junit.jupiter.api.Test;

/** Raft against the contract, whose rules must all be tried: none for lack of an occasion. */
final class RaftConformanceTest {
  @Test
  void raftKeepsEveryRule() {
    Report report = new ConsensusExamination("raft", new RaftFixture()).run();

    assertThat(report.resultsWith(Outcome.PASSED))
        .as(report::toText)
        .hasSize(ConsensusExamination.catalogue().rules().size());
    assertThat(report.conformant()).isTrue();
  }
}
