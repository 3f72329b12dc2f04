// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.spi.consensus.Proposal;

/**
 * A proposal of this process that its own log does not hold.
 *
 * @param origin the proposal, or a change that carries one
 * @param deadline when whoever proposed it is told that nothing has come of it
 */
record Waiting(Object origin, long deadline) {
  /** How many bytes it counts for in bounds. */
  int weight() {
    return origin instanceof Requests.Change change
        ? change.proposal().payload().length()
        : ((Proposal) origin).payload().length();
  }

  /** Whether its time is over. */
  boolean isOver(long now) {
    return deadline - now <= 0;
  }
}
