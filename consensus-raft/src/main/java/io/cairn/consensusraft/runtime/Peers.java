// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Message;
import io.cairn.spi.environment.OnLane;

/** The way to the other members. */
@OnLane("raft")
@FunctionalInterface
interface Peers {
  /** The way of a member that knows no network: whatever is sent is lost, as a network may do. */
  Peers NONE = message -> {};

  /** Sends a message, or loses it. */
  void send(Message message);
}
