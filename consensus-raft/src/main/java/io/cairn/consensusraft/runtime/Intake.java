// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.snapshot.SnapshotExchange;
import io.cairn.consensusraft.wire.PeerMessage;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.network.PeerNetwork;
import java.util.List;

/**
 * What other members say, on its way into the core. A member that is about to end hears nothing any
 * more.
 */
@OnLane("raft")
final class Intake {
  private final Reception reception;
  private final Identities identities;
  private final SnapshotExchange exchange;
  private final Installs installs;
  private final OwnProposals own;
  private final ProposalsOfOthers others;
  private final LeaderLease lease;
  private boolean closed;

  Intake(
      Reception reception,
      Identities identities,
      SnapshotExchange exchange,
      Installs installs,
      OwnProposals own,
      ProposalsOfOthers others,
      LeaderLease lease) {
    this.reception = reception;
    this.identities = identities;
    this.exchange = exchange;
    this.installs = installs;
    this.own = own;
    this.others = others;
    this.lease = lease;
  }

  /** From now on nothing that is said counts. */
  void close() {
    closed = true;
  }

  /** Deals with what was said; what is for the core is added to {@code inputs}. */
  void take(Requests.OfMembers said, List<Input> inputs) {
    switch (said) {
      case Requests.Received received -> {
        reception.taken(received);
        if (!closed) {
          received.frame().messages().forEach(message -> take(received, message, inputs));
        }
      }
      case Requests.Judged judged -> {
        PeerNetwork.Refusal refusal = judged.refusal();
        if (refusal == null) {
          identities.welcomedBy(judged.member());
        } else if (!closed) {
          identities.refusedBy(judged.member(), refusal);
        }
      }
      case Requests.Arrived arrived -> {
        if (closed) {
          exchange.ignored(arrived.arrival(), false);
        } else {
          inputs.add(installs.take(arrived.arrival()));
        }
      }
    }
  }

  private void take(Requests.Received received, PeerMessage message, List<Input> inputs) {
    switch (message) {
      case PeerMessage.Raft raft -> {
        if (lease.mayVote(raft.message())) {
          inputs.add(new Input.Receive(raft.message()));
        }
      }
      case PeerMessage.Forward forward ->
          others.take(received.frame().sender().id(), forward, inputs);
      case PeerMessage.Refused refused -> own.refused(refused);
    }
  }
}
