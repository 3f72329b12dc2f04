// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.EntryKind;
import io.cairn.consensusraft.core.Forwarded;
import io.cairn.consensusraft.wire.PeerMessage;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.environment.OnLane;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What this process has sent to the leader of a term, to be proposed there.
 *
 * <p>Each proposal is sent once, to one leader, under a number of its own, and is recognised by it
 * when its entry comes back. The log's terms never fall: once an entry of a later term is
 * committed, no more entries of an earlier term ever will be, so what was sent to that term's
 * leader and did not come is lost for certain, unless it may have come unrecognised.
 */
@OnLane("raft")
final class Forwarding {
  private static final int FORWARD_BYTES = 1 << 20;
  private static final int FORWARD_COUNT = 1024;

  // What may be sent and unanswered: within the bound of what the leader takes in.
  private static final long WINDOW_BYTES = Reception.WAITING_BYTES_MAX / 2;
  private static final int WINDOW_COUNT = 8192;

  private static final class Sent {
    final Waiting proposal;
    final long term;

    /** Entries of its term were applied whose proposers are not known: it may be one of them. */
    boolean uncertain;

    Sent(Waiting proposal, long term) {
      this.proposal = proposal;
      this.term = term;
    }
  }

  private final Peers peers;
  private final long self;
  private final long boot;

  // By sequence, ascending; hence by term, ascending.
  private final LinkedHashMap<Long, Sent> sent = new LinkedHashMap<>();
  private long nextSequence = 1;

  /** The term whose leader has the window's proposals. */
  private long windowTerm;

  private long windowBytes;
  private int windowCount;

  /** The term of the last entry that was handed out for applying. */
  private long handedOutTerm;

  /** Nothing is sent yet by this life, {@code boot}, of {@code self}. */
  Forwarding(Peers peers, long self, long boot) {
    this.peers = peers;
    this.self = self;
    this.boot = boot;
  }

  /** Whether nothing is under way. */
  boolean isEmpty() {
    return sent.isEmpty();
  }

  /** Whether it was this process that sent what stands in a log. */
  boolean isOwn(Forwarded forwarded) {
    return forwarded.member() == self && forwarded.boot() == boot;
  }

  /** Sends what waits to the leader of a term, as much of it as may be under way. */
  void send(Deque<Waiting> waiting, long leader, long term) {
    if (windowTerm != term) {
      windowTerm = term;
      windowBytes = 0;
      windowCount = 0;
    }
    while (!waiting.isEmpty() && windowOpen()) {
      peers.send(leader, next(waiting));
    }
  }

  private boolean windowOpen() {
    return windowCount < WINDOW_COUNT && windowBytes < WINDOW_BYTES;
  }

  private PeerMessage.Forward next(Deque<Waiting> waiting) {
    long first = nextSequence;
    List<PeerMessage.Item> items = new ArrayList<>();
    for (long bytes = 0;
        bytes < FORWARD_BYTES && items.size() < FORWARD_COUNT && windowOpen();
        bytes += items.getLast().payload().length()) {
      Waiting proposal = waiting.pollFirst();
      if (proposal == null) {
        break;
      }
      items.add(itemOf(proposal));
      sent.put(nextSequence++, new Sent(proposal, windowTerm));
      windowCount++;
      windowBytes += proposal.weight();
    }
    return new PeerMessage.Forward(windowTerm, boot, first, items);
  }

  private static PeerMessage.Item itemOf(Waiting proposal) {
    return proposal.origin() instanceof Requests.Change change
        ? new PeerMessage.Item(true, ChangeFormat.encode(change.change()))
        : new PeerMessage.Item(false, ((Proposal) proposal.origin()).payload());
  }

  /** What came back, if it is of this process and nothing is known of it yet; else null. */
  @Nullable Waiting take(Forwarded forwarded) {
    return isOwn(forwarded) ? take(forwarded.sequence()) : null;
  }

  /** What the leader does not take; null if more is known of it already. */
  @Nullable Waiting refused(PeerMessage.Refused refused) {
    return refused.boot() == boot ? take(refused.sequence()) : null;
  }

  private @Nullable Waiting take(long sequence) {
    Sent own = sent.remove(sequence);
    if (own == null) {
      return null;
    }
    leaveWindow(own);
    return own.proposal;
  }

  private void leaveWindow(Sent proposal) {
    if (proposal.term == windowTerm) {
      windowCount--;
      windowBytes -= proposal.proposal.weight();
    }
  }

  /**
   * Learns from an entry that is handed out what has become of others. What is lost for certain
   * comes back.
   */
  void handedOut(Entry entry, Deque<Waiting> back) {
    if (entry.origin() == null && mayBeProposed(entry.kind())) {
      for (Sent proposal : sent.values()) {
        proposal.uncertain |= proposal.term == entry.term();
      }
    }
    if (entry.term() == handedOutTerm) {
      return;
    }
    handedOutTerm = entry.term();
    for (Iterator<Sent> i = sent.values().iterator(); i.hasNext(); ) {
      Sent proposal = i.next();
      if (proposal.term >= entry.term()) {
        break;
      }
      if (!proposal.uncertain) {
        i.remove();
        leaveWindow(proposal);
        back.addLast(proposal.proposal);
      }
    }
  }

  private static boolean mayBeProposed(EntryKind kind) {
    return switch (kind) {
      case COMMAND, CONFIGURATION -> true;
      case NOOP, BINDING -> false;
    };
  }

  /** Entries have been passed over that nobody looked at: any may have been among them. */
  void passedOver() {
    sent.values().forEach(proposal -> proposal.uncertain = true);
  }

  /** Gives up those whose time is over; each is handed to {@code told}. */
  void expire(long now, Consumer<Object> told) {
    for (Iterator<Sent> i = sent.values().iterator(); i.hasNext(); ) {
      Sent proposal = i.next();
      if (proposal.proposal.isOver(now)) {
        i.remove();
        leaveWindow(proposal);
        told.accept(proposal.proposal.origin());
      }
    }
  }

  /** Gives up all; each is handed to {@code told}. */
  void stop(Consumer<Object> told) {
    sent.values().forEach(proposal -> told.accept(proposal.proposal.origin()));
    sent.clear();
  }
}
