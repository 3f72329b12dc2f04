// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.consensus;

import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusOptions;

/** How the suite gets the engine that it examines. */
@FunctionalInterface
public interface ConsensusFixture {
  /**
   * A member that has not started. It must reach the world by the surroundings alone, and should
   * keep little of its log for others, a few hundred entries at most: only then do members that
   * were away need the whole state, and C13 to C15 are tested.
   */
  Consensus member(ConsensusOptions options, Surroundings surroundings);
}
