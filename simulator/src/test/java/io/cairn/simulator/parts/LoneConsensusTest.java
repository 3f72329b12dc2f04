// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.parts;

import io.cairn.simulator.suite.SimulationConformance;

/** A consensus that is not Raft, and offers nothing but its contract. */
final class LoneConsensusTest extends SimulationConformance {
  @Override
  protected Parts parts() {
    return Parts.ofCairn().withConsensus(LoneConsensus::new);
  }

  @Override
  protected int members() {
    return 1;
  }
}
