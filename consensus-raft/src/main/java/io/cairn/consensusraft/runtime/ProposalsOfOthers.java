// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Effects;
import io.cairn.consensusraft.core.Forwarded;
import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.consensusraft.wire.PeerMessage;
import io.cairn.consensusraft.wire.PeerMessage.Refusal;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What other members ask this one to append, as the leader of one term.
 *
 * <p>Each member numbers its proposals and sends each number once. Numbers only rise here, too:
 * what comes a second time, or out of order, is passed over in silence, because nothing certain can
 * be said of it any more. So a proposal enters this log at most once, with nothing to remember but
 * the highest number of each member's present life.
 */
@OnLane("raft")
final class ProposalsOfOthers {
  private record Window(long boot, long nextSequence) {}

  private final RaftCore core;
  private final Peers peers;
  private final int payloadBytesMax;
  private final long recoveredTerm;

  // One per member that ever was, which is few.
  private final TreeMap<Long, Window> windows = new TreeMap<>();

  /**
   * Knows of nobody yet.
   *
   * @param recoveredTerm the term in which this life of the process began. Of proposals for it or
   *     earlier ones this life knows nothing
   */
  ProposalsOfOthers(RaftCore core, Peers peers, int payloadBytesMax, long recoveredTerm) {
    this.core = core;
    this.peers = peers;
    this.payloadBytesMax = payloadBytesMax;
    this.recoveredTerm = recoveredTerm;
  }

  /** Turns what {@code from} forwards into inputs of the core. */
  void take(long from, PeerMessage.Forward forward, List<Input> inputs) {
    Window window = windows.get(from);
    if (forward.term() <= recoveredTerm
        || (window != null && forward.boot() < window.boot)
        || core.configuration().find(from) == null) {
      return;
    }
    long next = window == null || window.boot < forward.boot() ? 0 : window.nextSequence;
    long sequence = forward.firstSequence();
    List<Bytes> payloads = new ArrayList<>();
    List<Forwarded> origins = new ArrayList<>();
    for (PeerMessage.Item item : forward.items()) {
      Forwarded origin = new Forwarded(from, forward.boot(), sequence++);
      if (origin.sequence() < next) {
        continue;
      }
      if (item.payload().length() > payloadBytesMax) {
        refuse(origin, Refusal.OVERLOADED);
      } else if (item.change()) {
        takeChange(forward.term(), origin, item.payload(), inputs);
      } else {
        payloads.add(item.payload());
        origins.add(origin);
      }
    }
    windows.put(from, new Window(forward.boot(), Math.max(next, sequence)));
    if (!payloads.isEmpty()) {
      inputs.add(new Input.Propose(forward.term(), payloads, origins));
    }
  }

  /** Tells the member that its proposal was not appended. */
  void refuse(Forwarded origin, Effects.DropReason reason) {
    refuse(
        origin,
        switch (reason) {
          case NOT_LEADER -> Refusal.NOT_LEADER;
          case TRANSFERRING, TERM_START_PENDING -> Refusal.NOT_NOW;
          case OVERLOADED -> Refusal.OVERLOADED;
          case CHANGE_PENDING -> Refusal.CHANGE_REFUSED;
          case DISPLACED, UNKNOWN, LEADER_CHANGED ->
              throw new IllegalStateException("what was appended cannot be refused");
        });
  }

  private void takeChange(long term, Forwarded origin, Bytes payload, List<Input> inputs) {
    ConfigurationChange change;
    try {
      change = ChangeFormat.decode(payload);
    } catch (IllegalArgumentException e) {
      // Written by a later version: every member would have to understand it.
      refuse(origin, Refusal.CHANGE_REFUSED);
      return;
    }
    boolean leaves =
        change.kind() == ConfigurationChange.Kind.REMOVE && change.member() == core.self();
    inputs.add(new Input.ProposeChange(term, payload, origin, leaves));
  }

  private void refuse(Forwarded origin, Refusal reason) {
    peers.send(origin.member(), new PeerMessage.Refused(origin.boot(), origin.sequence(), reason));
  }
}
