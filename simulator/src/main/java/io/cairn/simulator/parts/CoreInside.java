// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.parts;

import io.cairn.consensusraft.runtime.CoreObserver;
import io.cairn.spi.environment.OnLane;

/**
 * What a {@link io.cairn.spi.consensus.Consensus} around Cairn's Raft core may implement beside its
 * contract: it lets somebody look on. With it the invariants I2, I3, I6 and I14, the obligations O1
 * to O3, and members whose directories are wiped or rolled back are examined; without it, what can
 * be seen from outside.
 */
@OnLane("simulation")
public interface CoreInside {
  /** From now on {@code observer} is told; called at most once, before {@code start}. */
  void observe(CoreObserver observer);
}
