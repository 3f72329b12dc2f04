// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.parts;

import io.cairn.conformancetests.consensus.ConsensusFixture;
import io.cairn.spi.environment.OnLane;

/** Whose consensus simulated members run. */
@OnLane("simulation")
@FunctionalInterface
public interface ConsensusPart {
  /**
   * What makes the members of a cluster, each life of each anew, on what its disk holds then. An
   * engine may take what it finds useful from {@code knobs}, so that what is rare with its usual
   * sizes becomes common; the periods are in the options of each member as well.
   */
  ConsensusFixture of(Knobs knobs);
}
