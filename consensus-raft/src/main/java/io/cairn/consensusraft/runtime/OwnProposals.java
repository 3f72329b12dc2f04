// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Effects;
import io.cairn.consensusraft.core.Effects.Dropped;
import io.cairn.consensusraft.core.Effects.RoleKind;
import io.cairn.consensusraft.core.Effects.RoleView;
import io.cairn.consensusraft.core.Entry;
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
 * <tr><td>sent to the leader of a term ({@link Forwarding})</td><td>applied, when its entry comes; held, when that leader
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
  private record Displaced(long index, long term, Object origin, long deadline) {}

  /** Proposals in the log up to {@code lastIndex} are told at {@code deadline}. */
  private record Deadline(long lastIndex, long deadline) {}

  private final RaftCore core;
  private final Inbox inbox;
  private final Forwarding forwarding;
  private final TimeSource time;
  private final long timeoutNanos;

  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Deque<Waiting> held = new ArrayDeque<>();
  private final IdentityHashMap<Object, Long> unparked = new IdentityHashMap<>();

  private final List<Displaced> displaced = new ArrayList<>();
  private final Deque<Deadline> deadlines = new ArrayDeque<>();

  /** Proposals in the log up to this index were told that their time is over (C3). */
  private long abandonedThrough;

  OwnProposals(
      RaftCore core, Inbox inbox, Peers peers, TimeSource time, long boot, long timeoutNanos) {
    this.core = core;
    this.inbox = inbox;
    this.forwarding = new Forwarding(peers, core.self(), boot);
    this.time = time;
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
              ? forwarding.isOwn(forwarded)
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
    forwarding.passedOver();
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
    if (!forwarding.isEmpty()) {
      forwarding.handedOut(entry, waiting);
    }
    if (!displaced.isEmpty()) {
      Object back = resolveDisplaced(entry);
      origin = back == null ? origin : back;
    }
    if (origin instanceof Forwarded forwarded) {
      Waiting own = forwarding.take(forwarded);
      return own == null ? null : own.origin();
    }
    return entry.index() > abandonedThrough ? origin : null;
  }

  /** The member that leads does not take a proposal. */
  void refused(PeerMessage.Refused refused) {
    Waiting own = forwarding.refused(refused);
    if (own == null) {
      return;
    }
    switch (refused.reason()) {
      case NOT_LEADER, NOT_NOW -> held.addLast(own);
      case OVERLOADED -> drop(inbox, own.origin(), DropReason.OVERLOADED);
      case CHANGE_REFUSED -> drop(inbox, own.origin(), DropReason.CHANGE_REFUSED);
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
    forwarding.send(waiting, role.leader(), role.term());
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
      unparked.put(proposal.origin(), proposal.deadline());
      if (proposal.origin() instanceof Requests.Change change) {
        inputs.add(change.toInput(core.self()));
      } else {
        proposals.add((Proposal) proposal.origin());
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
    forwarding.expire(now, origin -> drop(inbox, origin, DropReason.TIMED_OUT));
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
    waiting.forEach(proposal -> drop(inbox, proposal.origin(), DropReason.STOPPED));
    waiting.clear();
    displaced.forEach(lost -> end(lost.origin, DropReason.TIMED_OUT));
    displaced.clear();
    forwarding.stop(origin -> drop(inbox, origin, DropReason.TIMED_OUT));
    abandonThrough(core.lastIndex());
  }

  private Waiting waitingOf(Object origin) {
    Long deadline = unparked.remove(origin);
    return new Waiting(origin, deadline != null ? deadline : time.nanos() + timeoutNanos);
  }

  private void expire(Deque<Waiting> queue, long now) {
    queue.removeIf(proposal -> {
      boolean over = proposal.isOver(now);
      if (over) {
        drop(inbox, proposal.origin(), DropReason.NO_LEADER);
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
      Waiting own = forwarding.take(forwarded);
      if (own != null) {
        drop(inbox, own.origin(), reason);
      }
    } else {
      drop(inbox, origin, reason);
    }
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
