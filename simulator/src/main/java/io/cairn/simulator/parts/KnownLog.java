// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.parts;

import io.cairn.spi.environment.OnLane;

/**
 * What a {@link io.cairn.spi.consensus.Consensus} may implement beside its contract: it says where
 * its log lies and begins. Without it no bit of the log is turned over; and a member whose process
 * ends between the moments of C15, when a whole state from another member is complete and not yet
 * in use, cannot be started again. An engine that sends whole states needs it, therefore.
 */
@OnLane("simulation")
public interface KnownLog {
  /** The folder on the member's disk that the files of the log lie in; always the same. */
  String logDirectory();

  /**
   * The index behind which the log begins: where the state stands that it has last recorded as
   * installed (C15), or up to where it was cut (C10). Asked before {@code start}.
   */
  long cutIndex();
}
