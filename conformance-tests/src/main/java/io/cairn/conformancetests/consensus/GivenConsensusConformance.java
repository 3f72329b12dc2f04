// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.consensus;

import io.cairn.conformancetests.report.Given;
import org.junit.jupiter.api.extension.ExtendWith;

/** The suite on an engine that the examination was given. */
@ExtendWith(Given.class)
final class GivenConsensusConformance extends ConsensusConformance {
  private final ConsensusFixture fixture;

  GivenConsensusConformance(ConsensusFixture fixture) {
    this.fixture = fixture;
  }

  @Override
  protected ConsensusFixture fixture() {
    return fixture;
  }
}
