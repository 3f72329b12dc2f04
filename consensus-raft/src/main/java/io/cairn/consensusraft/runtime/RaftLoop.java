// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects;
import io.cairn.consensusraft.core.Effects.Dropped;
import io.cairn.consensusraft.core.Effects.RoleKind;
import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.store.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Drains the inbox into the core and carries out what the core wants.
 *
 * <p>A put of a lone member takes this way: the inbox is drained; the core appends; the log is
 * written and synced; the core commits; the state machine applies, publishes and answers. All of
 * that happens in one {@link #drain} on one thread, with everything that came in meanwhile waiting
 * to be the next batch.
 *
 * <p>Obligations to the core (O1-O3, O6) are kept by {@code Outbox}, by {@code Work} being handed
 * out in the order of the effects, and by the core itself, which hands out for applying only what
 * was reported as persisted.
 */
@OnLane("raft")
final class RaftLoop {
  /** Proposals whose entries end at {@code lastIndex} are told at {@code deadline}. */
  private record Deadline(long lastIndex, long deadline) {}

  /** How long the log has been quiet when it is sealed. */
  private static final long SEAL_AFTER_NANOS = 100_000_000;

  /** How many applied entries stay in the log for followers; as many as etcd keeps. */
  private static final long ENTRIES_FOR_OTHERS = 5000;

  private final RaftCore core;
  private final StateMachine machine;
  private final CommittedRun.Membership membership;
  private final LogWork log;
  private final Work work;
  private final Inbox inbox;
  private final Outbox outbox;
  private final Parking parking;
  private final Standing standing;
  private final Transfers transfers;
  private final TimeSource time;
  private final EventLog events;
  private final int payloadBytesMax;
  private final long requestTimeoutNanos;

  private final ReadWaiters reads = new ReadWaiters();
  private final List<Input> inputs = new ArrayList<>();
  private final List<Bytes> payloads = new ArrayList<>();
  private final List<Proposal> proposals = new ArrayList<>();
  private final Deque<Deadline> deadlines = new ArrayDeque<>();
  private @Nullable Object[] emptied = Inbox.spare();
  private @Nullable CompletableFuture<Void> stopping;

  /** Own proposals up to this index were told that their time is over (C3). */
  private long abandonedThrough;

  /** The leader that the state machine was told of, or 0. */
  private long toldLeader;

  private long lastPersistNanos;
  private boolean sealDue;
  private boolean stopped;

  RaftLoop(
      RaftCore core,
      StateMachine machine,
      LogWork log,
      Work work,
      Inbox inbox,
      Peers peers,
      TimeSource time,
      EventLog events,
      Limits limits) {
    this.core = core;
    this.machine = machine;
    this.membership = new CommittedRun.Membership(core.configuration());
    this.log = log;
    this.work = work;
    this.inbox = inbox;
    this.outbox = new Outbox(peers);
    this.parking = new Parking(inbox);
    this.time = time;
    this.events = events;
    this.payloadBytesMax = limits.payloadBytesMax();
    this.requestTimeoutNanos = limits.requestTimeoutNanos();
    this.standing = new Standing(core);
    this.transfers = new Transfers(core, limits.transferTimeoutNanos());
  }

  /**
   * Bounds of this loop.
   *
   * @param payloadBytesMax the largest proposal that fits into the log
   * @param requestTimeoutNanos how long proposals and reads wait
   * @param transferTimeoutNanos how long a transfer of leadership may take
   */
  record Limits(int payloadBytesMax, long requestTimeoutNanos, long transferTimeoutNanos) {}

  /** The first step. A lone member campaigns, wins and applies its whole log within the call. */
  void begin() {
    lastPersistNanos = time.nanos();
    sealDue = true;
    run(List.of());
  }

  /** Takes everything that waits. */
  void drain() {
    @Nullable Object[] taken = inbox.take(emptied);
    int count = 0;
    while (count < taken.length && taken[count] != null) {
      count++;
    }
    for (int i = 0; i < count; i++) {
      sort(taken[i]);
      taken[i] = null;
    }
    emptied = taken;
    if (!proposals.isEmpty()) {
      inputs.add(new Input.Propose(0, payloads, proposals));
    }
    run(inputs);
    inputs.clear();
    payloads.clear();
    proposals.clear();
    stopIfDone();
    inbox.drained();
  }

  /** A heartbeat interval has passed. */
  void tick() {
    if (stopped) {
      return;
    }
    long now = time.nanos();
    reads.expire(now);
    parking.expire(now);
    abandon(now);
    transfers.expire(now);
    run(List.of(new Input.Tick()));
    if (sealDue && now - lastPersistNanos >= SEAL_AFTER_NANOS) {
      sealDue = false;
      long commit = core.role().commit();
      work.onLog(() -> log.seal(commit));
    }
    cutLog();
    runOutcomes();
  }

  boolean isStopped() {
    return stopped;
  }

  /** What others may know; its accessors are for any thread. */
  Standing standing() {
    return standing;
  }

  private void sort(@Nullable Object item) {
    switch (item) {
      case Proposal proposal -> {
        if (stopped) {
          Parking.drop(inbox, proposal, DropReason.STOPPED);
        } else if (proposal.payload().length() > payloadBytesMax) {
          Parking.drop(inbox, proposal, DropReason.OVERLOADED);
        } else {
          proposals.add(proposal);
          payloads.add(proposal.payload());
        }
      }
      case Input input -> inputs.add(input);
      case Requests request -> sortRequest(request);
      case null, default -> throw new IllegalStateException("unknown item " + item);
    }
  }

  private void sortRequest(Requests request) {
    switch (request) {
      case Requests.Change change -> {
        if (stopped) {
          Parking.drop(inbox, change, DropReason.STOPPED);
        } else {
          inputs.add(change.toInput(core.self()));
        }
      }
      case Requests.Read read -> {
        // All questions of one drain are one question to the core.
        ReadWaiters.Group group =
            !inputs.isEmpty()
                    && inputs.getLast() instanceof Input.ReadIndex last
                    && last.origin() instanceof ReadWaiters.Group open
                ? open
                : null;
        if (group == null) {
          group = reads.open(time.nanos() + requestTimeoutNanos);
          inputs.add(new Input.ReadIndex(group));
        }
        group.add(read.answer());
      }
      case Requests.Transfer asked -> {
        if (transfers.begin(asked, time.nanos())) {
          inputs.add(new Input.Transfer(asked.to()));
        }
      }
      case Requests.Stop stop -> stopping = stop.answer();
      case Requests.WorkDone _ -> work.done();
      case Requests.Outcome outcome -> {
        work.done();
        inputs.add(outcome.input());
      }
    }
  }

  /** Steps the core with {@code first}, and then with what comes of it, until nothing more does. */
  private void run(List<Input> first) {
    if (stopped) {
      return;
    }
    step(first);
    runOutcomes();
  }

  private void runOutcomes() {
    while (true) {
      List<Input> outcomes = work.takeOutcomes();
      if (outcomes.isEmpty()) {
        if (parking.isEmpty() || core.role().kind() != RoleKind.LEADER) {
          return;
        }
        outcomes = parking.unpark(core.self());
      }
      step(outcomes);
    }
  }

  private void step(List<Input> list) {
    for (Input input : list) {
      if (input instanceof Input.Persisted persisted) {
        outbox.durable(persisted.token());
      }
    }
    Effects effects = core.step(list);
    // Before anything leaves that could make another member answer: see tryReadIndex.
    tell(standing.update(effects.role()));
    work.soleMember(core.configuration().members().size() <= 1);
    outbox.send(effects.send());
    Effects.Persist persist = effects.persist();
    if (persist != null) {
      lastPersistNanos = time.nanos();
      sealDue = true;
      log.enqueue(persist);
      work.onLog(log::persist);
      watchDeadline(persist);
    }
    if (!effects.apply().isEmpty()) {
      for (CommittedRun run :
          CommittedRun.split(effects.apply(), machine, inbox, abandonedThrough)) {
        work.onApply(() -> run.apply(membership));
      }
    }
    for (Effects.ReadReady read : effects.reads()) {
      reads.answer((ReadWaiters.Group) read.origin(), read.index());
    }
    if (!effects.dropped().isEmpty()) {
      takeBack(effects.dropped());
    }
    for (Effects.Page page : effects.pages()) {
      work.onLog(() -> log.page(page));
    }
    for (long member : effects.snapshots()) {
      // Nothing can send one yet; the core asks again when the member gives a sign of life.
      work.onLog(() -> new Input.SnapshotDone(member, 0));
    }
  }

  private void tell(@Nullable Leadership leadership) {
    if (leadership == null) {
      return;
    }
    events.info(
        "raft state changed",
        field("term", leadership.term()),
        field("leader", Long.toHexString(leadership.leader())),
        field("self", leadership.self()));
    // A term in which nobody leads yet is no news to the state machine.
    if (leadership.leader() != 0 || toldLeader != 0) {
      toldLeader = leadership.leader();
      work.onApply(() -> {
        machine.leadership(leadership);
        return null;
      });
    }
    transfers.leaderIs(leadership.leader());
  }

  private void takeBack(List<Dropped> dropped) {
    long replacedFrom = Long.MAX_VALUE;
    for (Dropped drop : dropped) {
      if (drop.origin() instanceof ReadWaiters.Group group) {
        reads.fail(
            group,
            drop.reason() == Effects.DropReason.LEADER_CHANGED
                ? ConsensusException.Kind.LEADER_CHANGED
                : ConsensusException.Kind.TIMED_OUT,
            "a read index was not found: " + drop.reason());
        continue;
      }
      if (drop.index() != 0) {
        replacedFrom = Math.min(replacedFrom, drop.index());
        if (drop.index() <= abandonedThrough) {
          continue; // It has been told already.
        }
      }
      DropReason reason =
          switch (drop.reason()) {
            case NOT_LEADER -> null;
            case TRANSFERRING -> DropReason.DROPPED;
            case OVERLOADED -> DropReason.OVERLOADED;
            case CHANGE_PENDING, TERM_START_PENDING -> DropReason.CHANGE_REFUSED;
            case REPLACED -> DropReason.REPLACED;
            case UNKNOWN, LEADER_CHANGED -> DropReason.TIMED_OUT;
          };
      if (reason == null) {
        parking.park(drop.origin(), time.nanos() + requestTimeoutNanos);
      } else {
        Parking.drop(inbox, drop.origin(), reason);
      }
    }
    // What comes to stand there now is another proposal with a time of its own.
    abandonedThrough = Math.min(abandonedThrough, replacedFrom - 1);
  }

  /** Alone, a persist is applied before anybody could look at a clock: nothing to watch. */
  private void watchDeadline(Effects.Persist persist) {
    if (!work.isInline()
        && !persist.entries().isEmpty()
        && core.originAt(persist.entries().getLast().index()) != null) {
      deadlines.addLast(
          new Deadline(persist.entries().getLast().index(), time.nanos() + requestTimeoutNanos));
    }
  }

  private void abandon(long now) {
    while (!deadlines.isEmpty() && deadlines.getFirst().deadline - now <= 0) {
      abandonThrough(deadlines.removeFirst().lastIndex);
    }
  }

  private void abandonThrough(long last) {
    for (long index = Math.max(core.handedOut(), abandonedThrough) + 1; index <= last; index++) {
      Object origin = core.originAt(index);
      if (origin != null) {
        Parking.drop(inbox, origin, DropReason.TIMED_OUT);
      }
    }
    abandonedThrough = Math.max(abandonedThrough, last);
  }

  private void cutLog() {
    Configuration inForce = core.configuration();
    // Others may lag a little and should not need a snapshot for that.
    long kept = inForce.isAlone(core.self()) ? 0 : ENTRIES_FOR_OTHERS;
    long limit = Math.min(machine.durableIndex(), core.applied() - kept);
    work.onLog(() -> log.cut(limit, inForce));
  }

  private void stopIfDone() {
    CompletableFuture<Void> answer = stopping;
    if (answer == null || stopped || !work.isIdle()) {
      return; // Outcomes that are still under way bring the lane back here.
    }
    parking.dropAll(DropReason.STOPPED);
    abandonThrough(core.lastIndex());
    reads.failAll(ConsensusException.Kind.STOPPED, "the member stops");
    transfers.giveUp();
    standing.close();
    stopped = true;
    long commit = core.role().commit();
    work.finish(() -> {
      log.seal(commit);
      log.close();
      answer.complete(null);
    });
  }
}
