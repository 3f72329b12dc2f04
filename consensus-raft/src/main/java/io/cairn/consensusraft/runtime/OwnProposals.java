// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Effects;
import io.cairn.consensusraft.core.Effects.Dropped;
import io.cairn.consensusraft.core.Effects.RoleKind;
import io.cairn.consensusraft.core.Effects.RoleView;
import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.EntryKind;
import io.cairn.consensusraft.core.Forwarded;
import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.consensusraft.wire.PeerMessage;
import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.store.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What this process has proposed and not got back yet. All of it counts in the bound of the inbox.
 *
 * <table>
 * <caption>Where a proposal can be</caption>
 * <tr><th>place</th><th>left for</th></tr>
 * <tr><td>waiting: in no log</td><td>the own log, when this member leads; sent, when another does;
 *     dropped when its time is over</td></tr>
 * <tr><td>held: refused for a moment</td><td>waiting, at the next tick or change of leader</td></tr>
 * <tr><td>sent to the leader of a term</td><td>applied, when its entry comes; held, when that leader
 *     refuses; waiting, when an entry of a later term is committed and its own has not come before;
 *     dropped without certainty when its time is over</td></tr>
 * <tr><td>in the own log (the core holds it)</td><td>applied; displaced, when another leader's entry
 *     takes its place; dropped without certainty when its time is over</td></tr>
 * <tr><td>displaced</td><td>applied, when a leader brings it back; dropped for certain, when another
 *     entry is committed there</td></tr>
 * </table>
 */
@OnLane("raft")
final class OwnProposals {
  private static final int FORWARD_BYTES = 1 << 20;
  private static final int FORWARD_COUNT = 1024;

  // What may be sent and unanswered: within the bound of what the leader takes in.
  private static final long WINDOW_BYTES = Reception.WAITING_BYTES_MAX / 2;
  private static final int WINDOW_COUNT = 8192;

  private record Waiting(Object origin, long deadline) {}

  private static final class Sent {
    final Object origin;
    final long deadline;
    final long term;

    /** Entries of its term were applied whose proposers are not known: it may be one of them. */
    boolean uncertain;

    Sent(Waiting waiting, long term) {
      this.origin = waiting.origin;
      this.deadline = waiting.deadline;
      this.term = term;
    }
  }

  private record Displaced(long index, long term, Object origin, long deadline) {}

  /** Proposals in the log up to {@code lastIndex} are told at {@code deadline}. */
  private record Deadline(long lastIndex, long deadline) {}

  private final RaftCore core;
  private final Inbox inbox;
  private final Peers peers;
  private final TimeSource time;
  private final long boot;
  private final long timeoutNanos;

  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Deque<Waiting> held = new ArrayDeque<>();
  private final IdentityHashMap<Object, Long> unparked = new IdentityHashMap<>();

  // By sequence, ascending; hence by term, ascending.
  private final LinkedHashMap<Long, Sent> sent = new LinkedHashMap<>();
  private final List<Displaced> displaced = new ArrayList<>();
  private final Deque<Deadline> deadlines = new ArrayDeque<>();
  private long nextSequence = 1;

  /** The term whose leader has the window's proposals. */
  private long windowTerm;

  private long windowBytes;
  private int windowCount;

  /** The term of the last entry that was handed out for applying. */
  private long handedOutTerm;

  /** Proposals in the log up to this index were told that their time is over (C3). */
  private long abandonedThrough;

  OwnProposals(
      RaftCore core, Inbox inbox, Peers peers, TimeSource time, long boot, long timeoutNanos) {
    this.core = core;
    this.inbox = inbox;
    this.peers = peers;
    this.time = time;
    this.boot = boot;
    this.timeoutNanos = timeoutNanos;
  }

  /** Gives a proposal back; {@code origin} is one, or a change that carries one. */
  static void drop(Inbox inbox, Object origin, DropReason reason) {
    Proposal proposal =
        origin instanceof Requests.Change change ? change.proposal() : (Proposal) origin;
    inbox.leave(1, proposal.payload().length());
    proposal.dropped(reason);
  }

  /** The core has not appended what {@code drop} stands for. */
  void notAppended(Dropped drop) {
    switch (drop.reason()) {
      case NOT_LEADER -> waiting.addLast(waitingOf(drop.origin()));
      case TRANSFERRING, TERM_START_PENDING -> held.addLast(waitingOf(drop.origin()));
      case OVERLOADED -> drop(inbox, drop.origin(), DropReason.OVERLOADED);
      case CHANGE_PENDING -> drop(inbox, drop.origin(), DropReason.CHANGE_REFUSED);
      case DISPLACED, UNKNOWN, LEADER_CHANGED ->
          throw new IllegalStateException("no entry was lost: " + drop);
    }
  }

  /** Entries have left the core's log before they were applied. */
  void entriesLost(List<Dropped> lost) {
    long from = Long.MAX_VALUE;
    for (Dropped drop : lost) {
      from = Math.min(from, drop.index());
      boolean known =
          drop.origin() instanceof Forwarded forwarded
              ? isOwn(forwarded)
              : drop.index() > abandonedThrough;
      if (!known) {
        continue;
      }
      if (drop.reason() == Effects.DropReason.DISPLACED) {
        displaced.add(
            new Displaced(drop.index(), drop.term(), drop.origin(), deadlineOf(drop.index())));
      } else {
        end(drop.origin(), DropReason.TIMED_OUT);
      }
    }
    // What comes to stand there now are other proposals with a time of their own.
    abandonedThrough = Math.min(abandonedThrough, from - 1);
    long clamped = 0;
    while (!deadlines.isEmpty() && deadlines.getLast().lastIndex >= from) {
      clamped = deadlines.removeLast().deadline;
    }
    if (clamped != 0) {
      deadlines.addLast(new Deadline(from - 1, clamped));
    }
  }

  /** A whole state takes the place of the log up to {@code index}: nobody saw what was in there. */
  void overtakenBy(long index) {
    sent.values().forEach(proposal -> proposal.uncertain = true);
    for (Iterator<Displaced> i = displaced.iterator(); i.hasNext(); ) {
      Displaced lost = i.next();
      if (lost.index <= index) {
        i.remove();
        end(lost.origin, DropReason.TIMED_OUT);
      }
    }
  }

  /** What goes with an entry that is handed out to be applied; to be asked of each, in order. */
  @Nullable Object originOf(Entry entry) {
    Object origin = entry.origin();
    if (!sent.isEmpty()) {
      noteHandedOut(entry);
    }
    if (!displaced.isEmpty()) {
      Object back = resolveDisplaced(entry);
      origin = back == null ? origin : back;
    }
    if (origin instanceof Forwarded forwarded) {
      Sent own = isOwn(forwarded) ? takeSent(forwarded.sequence()) : null;
      return own == null ? null : own.origin;
    }
    return entry.index() > abandonedThrough ? origin : null;
  }

  /** The member that leads does not take a proposal. */
  void refused(PeerMessage.Refused refused) {
    Sent own = refused.boot() == boot ? takeSent(refused.sequence()) : null;
    if (own == null) {
      return;
    }
    switch (refused.reason()) {
      case NOT_LEADER, NOT_NOW -> held.addLast(new Waiting(own.origin, own.deadline));
      case OVERLOADED -> drop(inbox, own.origin, DropReason.OVERLOADED);
      case CHANGE_REFUSED -> drop(inbox, own.origin, DropReason.CHANGE_REFUSED);
    }
  }

  /** What was refused for a moment may be tried again. */
  void retry() {
    waiting.addAll(held);
    held.clear();
  }

  /** Sends what waits to the leader, if it is another member and takes more. */
  void dispatch() {
    if (waiting.isEmpty()) {
      return;
    }
    RoleView role = core.role();
    if (role.kind() == RoleKind.LEADER || role.leader() == 0) {
      return;
    }
    if (windowTerm != role.term()) {
      windowTerm = role.term();
      windowBytes = 0;
      windowCount = 0;
    }
    while (!waiting.isEmpty() && windowOpen()) {
      peers.send(role.leader(), nextForward());
    }
  }

  /** All that wait, as inputs of the core that leads; none if nobody waits. */
  List<Input> unpark() {
    if (waiting.isEmpty()) {
      return List.of();
    }
    List<Bytes> payloads = new ArrayList<>();
    List<Proposal> proposals = new ArrayList<>();
    List<Input> inputs = new ArrayList<>();
    unparked.clear();
    for (Waiting proposal : waiting) {
      unparked.put(proposal.origin, proposal.deadline);
      if (proposal.origin instanceof Requests.Change change) {
        inputs.add(change.toInput(core.self()));
      } else {
        proposals.add((Proposal) proposal.origin);
        payloads.add(proposals.getLast().payload());
      }
    }
    waiting.clear();
    if (!proposals.isEmpty()) {
      inputs.add(new Input.Propose(0, payloads, proposals));
    }
    return inputs;
  }

  /** Entries are about to be persisted: their proposals have from now on the request timeout. */
  void watch(List<Entry> entries) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (isLocal(entries.get(i).origin())) {
        deadlines.addLast(new Deadline(entries.get(i).index(), time.nanos() + timeoutNanos));
        return;
      }
    }
  }

  /** Tells those whose time is over. */
  void expire(long now) {
    expire(waiting, now);
    expire(held, now);
    for (Iterator<Sent> i = sent.values().iterator(); i.hasNext(); ) {
      Sent proposal = i.next();
      if (proposal.deadline - now <= 0) {
        i.remove();
        leaveWindow(proposal);
        drop(inbox, proposal.origin, DropReason.TIMED_OUT);
      }
    }
    for (Iterator<Displaced> i = displaced.iterator(); i.hasNext(); ) {
      Displaced lost = i.next();
      if (lost.deadline - now <= 0) {
        i.remove();
        end(lost.origin, DropReason.TIMED_OUT);
      }
    }
    // Whoever is handed out to be applied is answered by that.
    while (!deadlines.isEmpty() && deadlines.getFirst().lastIndex <= core.handedOut()) {
      deadlines.removeFirst();
    }
    while (!deadlines.isEmpty() && deadlines.getFirst().deadline - now <= 0) {
      abandonThrough(deadlines.removeFirst().lastIndex);
    }
  }

  /** Gives everything back (C12). */
  void stop() {
    retry();
    waiting.forEach(proposal -> drop(inbox, proposal.origin, DropReason.STOPPED));
    waiting.clear();
    displaced.forEach(lost -> end(lost.origin, DropReason.TIMED_OUT));
    displaced.clear();
    sent.values().forEach(proposal -> drop(inbox, proposal.origin, DropReason.TIMED_OUT));
    sent.clear();
    abandonThrough(core.lastIndex());
  }

  private Waiting waitingOf(Object origin) {
    Long deadline = unparked.remove(origin);
    return new Waiting(origin, deadline != null ? deadline : time.nanos() + timeoutNanos);
  }

  private void expire(Deque<Waiting> queue, long now) {
    queue.removeIf(proposal -> {
      boolean over = proposal.deadline - now <= 0;
      if (over) {
        drop(inbox, proposal.origin, DropReason.NO_LEADER);
      }
      return over;
    });
  }

  private void abandonThrough(long last) {
    for (long index = Math.max(core.handedOut(), abandonedThrough) + 1; index <= last; index++) {
      Object origin = core.originAt(index);
      if (origin != null && isLocal(origin)) {
        drop(inbox, origin, DropReason.TIMED_OUT);
      }
    }
    abandonedThrough = Math.max(abandonedThrough, last);
  }

  private boolean windowOpen() {
    return windowCount < WINDOW_COUNT && windowBytes < WINDOW_BYTES;
  }

  private PeerMessage.Forward nextForward() {
    long first = nextSequence;
    List<PeerMessage.Item> items = new ArrayList<>();
    for (long bytes = 0;
        bytes < FORWARD_BYTES && items.size() < FORWARD_COUNT && windowOpen();
        bytes += items.getLast().payload().length()) {
      Waiting next = waiting.pollFirst();
      if (next == null) {
        break;
      }
      PeerMessage.Item item =
          next.origin instanceof Requests.Change change
              ? new PeerMessage.Item(true, ChangeFormat.encode(change.change()))
              : new PeerMessage.Item(false, ((Proposal) next.origin).payload());
      items.add(item);
      sent.put(nextSequence++, new Sent(next, windowTerm));
      windowCount++;
      windowBytes += weight(next.origin);
    }
    return new PeerMessage.Forward(windowTerm, boot, first, items);
  }

  private @Nullable Sent takeSent(long sequence) {
    Sent own = sent.remove(sequence);
    if (own != null) {
      leaveWindow(own);
    }
    return own;
  }

  private void leaveWindow(Sent proposal) {
    if (proposal.term == windowTerm) {
      windowCount--;
      windowBytes -= weight(proposal.origin);
    }
  }

  private static int weight(Object origin) {
    return origin instanceof Requests.Change change
        ? change.proposal().payload().length()
        : ((Proposal) origin).payload().length();
  }

  /**
   * Learns from a committed entry what has become of proposals that were sent. The log's terms
   * never fall: once an entry of a later term is committed, no more entries of an earlier term ever
   * will be, so what was sent to that term's leader and did not come is lost for certain.
   */
  private void noteHandedOut(Entry entry) {
    if (entry.origin() == null && mayBeProposed(entry.kind())) {
      for (Sent proposal : sent.values()) {
        proposal.uncertain |= proposal.term == entry.term();
      }
    }
    if (entry.term() != handedOutTerm) {
      handedOutTerm = entry.term();
      for (Iterator<Sent> i = sent.values().iterator(); i.hasNext(); ) {
        Sent proposal = i.next();
        if (proposal.term >= entry.term()) {
          break;
        }
        if (!proposal.uncertain) {
          i.remove();
          leaveWindow(proposal);
          waiting.addLast(new Waiting(proposal.origin, proposal.deadline));
        }
      }
    }
  }

  private static boolean mayBeProposed(EntryKind kind) {
    return switch (kind) {
      case COMMAND, CONFIGURATION -> true;
      case NOOP, BINDING -> false;
    };
  }

  private @Nullable Object resolveDisplaced(Entry entry) {
    Object back = null;
    for (Iterator<Displaced> i = displaced.iterator(); i.hasNext(); ) {
      Displaced lost = i.next();
      if (lost.index != entry.index()) {
        continue;
      }
      i.remove();
      if (lost.term == entry.term()) {
        back = lost.origin;
      } else {
        end(lost.origin, DropReason.REPLACED);
      }
    }
    return back;
  }

  /** Drops what an origin stands for, unless it has been told already. */
  private void end(Object origin, DropReason reason) {
    if (origin instanceof Forwarded forwarded) {
      Sent own = isOwn(forwarded) ? takeSent(forwarded.sequence()) : null;
      if (own != null) {
        drop(inbox, own.origin, reason);
      }
    } else {
      drop(inbox, origin, reason);
    }
  }

  private boolean isOwn(Forwarded forwarded) {
    return forwarded.member() == core.self() && forwarded.boot() == boot;
  }

  private static boolean isLocal(@Nullable Object origin) {
    return origin != null && !(origin instanceof Forwarded);
  }

  /** When those are told whose entry is at {@code index}. */
  private long deadlineOf(long index) {
    for (Deadline deadline : deadlines) {
      if (deadline.lastIndex >= index) {
        return deadline.deadline;
      }
    }
    return time.nanos() + timeoutNanos;
  }
}
