// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Effects.Outgoing;
import io.cairn.consensusraft.wire.PeerMessage;
import io.cairn.spi.environment.OnLane;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Messages that must not leave before what they claim is durable (O1). */
@OnLane("raft")
final class Outbox {
  private final Peers peers;
  private final @Nullable CoreObserver observer;
  private final Deque<Outgoing> waiting = new ArrayDeque<>();
  private long durableToken;

  Outbox(Peers peers, @Nullable CoreObserver observer) {
    this.peers = peers;
    this.observer = observer;
  }

  /** Sends what may leave, keeps the rest. */
  void send(List<Outgoing> messages) {
    for (Outgoing outgoing : messages) {
      if (outgoing.after() <= durableToken) {
        send(outgoing);
      } else {
        waiting.addLast(outgoing);
      }
    }
  }

  /** Everything up to {@code token} is durable. */
  void durable(long token) {
    durableToken = Math.max(durableToken, token);
    // Tokens ascend in the order of sending.
    while (!waiting.isEmpty() && waiting.getFirst().after() <= durableToken) {
      send(waiting.removeFirst());
    }
  }

  private void send(Outgoing outgoing) {
    if (observer != null) {
      observer.leaves(outgoing);
    }
    peers.send(outgoing.message().header().to(), new PeerMessage.Raft(outgoing.message()));
  }
}
