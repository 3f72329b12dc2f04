// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects;
import io.cairn.consensusraft.core.Effects.Dropped;
import io.cairn.consensusraft.core.Effects.RoleKind;
import io.cairn.consensusraft.core.Effects.RoleView;
import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.consensus.ConsensusStatus;
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

  private record PendingTransfer(long to, long deadline, CompletableFuture<Void> answer) {}

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
  private final TimeSource time;
  private final EventLog events;
  private final int payloadBytesMax;
  private final long requestTimeoutNanos;
  private final long transferTimeoutNanos;

  private final ReadWaiters reads = new ReadWaiters();
  private final List<Input> inputs = new ArrayList<>();
  private final List<Bytes> payloads = new ArrayList<>();
  private final List<Proposal> proposals = new ArrayList<>();
  private final Deque<Deadline> deadlines = new ArrayDeque<>();
  private @Nullable Object[] emptied = Inbox.spare();
  private @Nullable PendingTransfer transfer;
  private @Nullable CompletableFuture<Void> stopping;

  /** Own proposals up to this index were told that their time is over (C3). */
  private long abandonedThrough;

  private long lastPersistNanos;
  private boolean sealDue;
  private boolean stopped;

  /** What had to be applied before this term's first read, or NO_INDEX while not known. */
  private long readableFrom = Consensus.NO_INDEX;

  /** The configuration in the status, in both forms. */
  private Configuration told;

  private io.cairn.spi.consensus.Configuration toldConfiguration;

  // Written by the raft lane, read by any thread: each value stands for itself.
  private volatile long readable = Consensus.NO_INDEX;
  private volatile ConsensusStatus status;

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
    this.transferTimeoutNanos = limits.transferTimeoutNanos();
    this.told = core.configuration();
    this.toldConfiguration = ChangeFormat.fromCore(told);
    this.status =
        new ConsensusStatus(
            Leadership.NONE, core.role().commit(), core.applied(), toldConfiguration);
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
    expireTransfer(now);
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

  /** See {@link Consensus#tryReadIndex}; any thread. */
  long readable() {
    return readable;
  }

  /** See {@link Consensus#status}; any thread. */
  ConsensusStatus status() {
    return status;
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
          inputs.add(new Input.ProposeChange(0, ChangeFormat.encode(change.change()), change));
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
      case Requests.Transfer asked -> beginTransfer(asked);
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
        outcomes = parking.unpark();
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
    publishRole(effects.role());
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

  private void publishRole(RoleView role) {
    boolean leads = role.kind() == RoleKind.LEADER;
    if (!role.ready()) {
      readableFrom = Consensus.NO_INDEX;
    } else if (readableFrom == Consensus.NO_INDEX) {
      readableFrom = role.commit();
    }
    if (!role.ready() || !core.configuration().isSoleVoter(core.self())) {
      readable = Consensus.NO_INDEX;
    } else if (core.applied() >= readableFrom) {
      // Alone, every answer was given by this member's state machine after it had published what
      // it answers, so whatever it has published is new enough. A learner, however, may have
      // answered for an entry that is committed but not applied here yet.
      readable = core.configuration().isAlone(core.self()) ? core.applied() : role.commit();
    }
    Leadership before = status.leadership();
    Leadership now = before;
    if (before.term() != role.term()
        || before.leader() != role.leader()
        || before.self() != leads) {
      now = new Leadership(role.term(), role.leader(), leads);
      events.info(
          "raft state changed",
          field("term", role.term()),
          field("leader", Long.toHexString(role.leader())),
          field("self", leads));
      // A term in which nobody leads yet is no news to the state machine.
      if (before.leader() != now.leader() || now.leader() != 0) {
        Leadership news = now;
        work.onApply(() -> {
          machine.leadership(news);
          return null;
        });
      }
      completeTransfer(role.leader());
    }
    if (!now.equals(before)
        || status.committedIndex() != role.commit()
        || status.appliedIndex() != core.applied()) {
      if (!core.configuration().equals(told)) {
        told = core.configuration();
        toldConfiguration = ChangeFormat.fromCore(told);
      }
      status = new ConsensusStatus(now, role.commit(), core.applied(), toldConfiguration);
    }
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

  private void beginTransfer(Requests.Transfer asked) {
    RoleView role = core.role();
    if (role.kind() != RoleKind.LEADER || !core.configuration().isVoter(asked.to())) {
      asked
          .answer()
          .completeExceptionally(
              new ConsensusException(
                  ConsensusException.Kind.TRANSFER_REFUSED,
                  role.kind() != RoleKind.LEADER
                      ? "this member does not lead"
                      : "member " + Long.toHexString(asked.to()) + " is no voter"));
    } else if (asked.to() == core.self()) {
      asked.answer().complete(null);
    } else {
      expireTransfer(Long.MAX_VALUE);
      transfer =
          new PendingTransfer(asked.to(), time.nanos() + transferTimeoutNanos, asked.answer());
      inputs.add(new Input.Transfer(asked.to()));
    }
  }

  private void completeTransfer(long leader) {
    PendingTransfer pending = transfer;
    if (pending != null && leader == pending.to) {
      transfer = null;
      pending.answer.complete(null);
    }
  }

  private void expireTransfer(long now) {
    PendingTransfer pending = transfer;
    if (pending != null && (now == Long.MAX_VALUE || pending.deadline - now <= 0)) {
      transfer = null;
      pending.answer.completeExceptionally(
          new ConsensusException(
              ConsensusException.Kind.TIMED_OUT, "the other member did not take over in time"));
    }
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
    expireTransfer(Long.MAX_VALUE);
    readable = Consensus.NO_INDEX;
    stopped = true;
    long commit = core.role().commit();
    work.finish(() -> {
      log.seal(commit);
      log.close();
      answer.complete(null);
    });
  }
}
