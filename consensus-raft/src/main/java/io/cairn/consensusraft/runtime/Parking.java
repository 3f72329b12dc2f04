// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Input;
import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Proposals that wait for a leader (C5). Bounded, because all of them count in the inbox. */
@OnLane("raft")
final class Parking {
  private record Parked(Object origin, long deadline) {}

  private final Deque<Parked> parked = new ArrayDeque<>();
  private final Inbox inbox;

  Parking(Inbox inbox) {
    this.inbox = inbox;
  }

  void park(Object origin, long deadline) {
    parked.addLast(new Parked(origin, deadline));
  }

  boolean isEmpty() {
    return parked.isEmpty();
  }

  /** All that wait, as inputs of the core of member {@code self}; they wait no longer. */
  List<Input> unpark(long self) {
    List<Bytes> payloads = new ArrayList<>();
    List<Proposal> proposals = new ArrayList<>();
    List<Input> inputs = new ArrayList<>();
    for (Parked waiting : parked) {
      if (waiting.origin instanceof Requests.Change change) {
        inputs.add(change.toInput(self));
      } else {
        proposals.add((Proposal) waiting.origin);
        payloads.add(proposals.getLast().payload());
      }
    }
    parked.clear();
    inputs.add(new Input.Propose(0, payloads, proposals));
    return inputs;
  }

  void expire(long now) {
    while (!parked.isEmpty() && parked.getFirst().deadline - now <= 0) {
      drop(inbox, parked.removeFirst().origin, DropReason.NO_LEADER);
    }
  }

  void dropAll(DropReason reason) {
    while (!parked.isEmpty()) {
      drop(inbox, parked.removeFirst().origin, reason);
    }
  }

  /** Gives a proposal back; {@code origin} is one, or a change that carries one. */
  static void drop(Inbox inbox, Object origin, DropReason reason) {
    Proposal proposal =
        origin instanceof Requests.Change change ? change.proposal() : (Proposal) origin;
    inbox.leave(1, proposal.payload().length());
    proposal.dropped(reason);
  }
}
