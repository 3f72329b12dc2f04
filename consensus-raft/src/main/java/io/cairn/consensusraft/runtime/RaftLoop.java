// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.consensusraft.core.Effects;
import io.cairn.consensusraft.core.Effects.Dropped;
import io.cairn.consensusraft.core.Effects.RoleKind;
import io.cairn.consensusraft.core.Forwarded;
import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.consensusraft.snapshot.SnapshotExchange;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Drains the inbox into the core and carries out what the core wants.
 *
 * <p>A put of a lone member takes this way: the inbox is drained; the core appends; the log is
 * written and synced; the core commits; the state machine applies, publishes and answers. All of
 * that happens in one {@link #drain} on one thread, with everything that came in meanwhile waiting
 * to be the next batch. With other members, what is for them leaves first, and log and state
 * machine work on lanes of their own while this one goes on.
 *
 * <p>Obligations to the core (O1-O3, O6) are kept by {@code Outbox}, by {@code Work} being handed
 * out in the order of the effects, and by the core itself, which hands out for applying only what
 * was reported as persisted.
 */
@OnLane("raft")
final class RaftLoop {
  private final RaftCore core;
  private final StateMachine machine;
  private final CommittedRun.Membership membership;
  private final LogWork log;
  private final Work work;
  private final Inbox inbox;
  private final Peers peers;
  private final Outbox outbox;
  private final Intake intake;
  private final OwnProposals own;
  private final ProposalsOfOthers others;
  private final Standing standing;
  private final Transfers transfers;
  private final LogCutting cutting;
  private final Sealing sealing;
  private final SnapshotExchange exchange;
  private final Installs installs;
  private final Identities identities;
  private final HeadStart headStart;
  private final LeaderLease lease;
  private final TimeSource time;
  private final EventLog events;
  private final Limits limits;
  private final @Nullable CoreObserver observer;

  private final ReadWaiters reads = new ReadWaiters();
  private final List<Input> inputs = new ArrayList<>();
  private final Gathering gathering = new Gathering();
  private @Nullable Object[] emptied = Inbox.spare();
  private @Nullable CompletableFuture<Void> stopping;

  /** The leader that the state machine was told of, or 0. */
  private long toldLeader;

  /**
   * Leadership has been handed over, or nobody takes it: what is under way ends, nothing begins.
   */
  private boolean closing;

  private boolean stopped;

  RaftLoop(
      RaftCore core,
      StateMachine machine,
      CommittedRun.Membership membership,
      LogWork log,
      Work work,
      Inbox inbox,
      Network network,
      TimeSource time,
      EventLog events,
      Limits limits,
      @Nullable CoreObserver observer) {
    this.core = core;
    this.machine = machine;
    this.membership = membership;
    this.log = log;
    this.work = work;
    this.inbox = inbox;
    this.peers = network.peers();
    this.outbox = new Outbox(peers, observer);
    this.time = time;
    this.events = events;
    this.limits = limits;
    this.observer = observer;
    this.standing = new Standing(core);
    this.transfers = new Transfers(core, limits.electionNanos());
    this.own =
        new OwnProposals(core, inbox, peers, time, limits.boot(), limits.requestTimeoutNanos());
    this.others = new ProposalsOfOthers(core, peers, limits.payloadBytesMax(), core.role().term());
    this.cutting = new LogCutting(core, machine, log, work, limits.kept());
    this.sealing = new Sealing(log, work, time);
    this.exchange = network.exchange();
    this.installs = new Installs(core, exchange, work, membership);
    this.identities = network.identities();
    this.headStart = network.headStart();
    this.lease = limits.lease();
    this.intake =
        new Intake(network.reception(), identities, exchange, installs, own, others, lease);
  }

  /** The ways out and in. */
  record Network(
      Peers peers,
      Reception reception,
      SnapshotExchange exchange,
      Identities identities,
      HeadStart headStart) {}

  /**
   * Bounds of this loop.
   *
   * @param boot the life of this process
   * @param payloadBytesMax the largest proposal that fits into the log
   * @param requestTimeoutNanos how long proposals and reads wait
   * @param electionNanos how long a transfer of leadership may take
   * @param kept what stays in the log for others
   * @param lease how long reads may be answered without asking
   */
  record Limits(
      long boot,
      int payloadBytesMax,
      long requestTimeoutNanos,
      long electionNanos,
      LogCutting.Kept kept,
      LeaderLease lease) {}

  /** The first step. A lone member campaigns, wins and applies its whole log within the call. */
  void begin() {
    run(List.of());
  }

  /** Takes everything that waits; proposals may go on waiting for others. */
  void drain() {
    drain(false);
  }

  private void drain(boolean isTick) {
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
    boolean isDue = isTick ? !gathering.isEmpty() : gathering.isDue();
    if (isDue) {
      inputs.add(gathering.take());
    }
    run(inputs);
    inputs.clear();
    if (isDue) {
      gathering.taken(core.lastIndex());
    } else if (gathering.isDue()) {
      // What came in has committed one of the batches that this one was waiting for.
      run(List.of(gathering.take()));
      gathering.taken(core.lastIndex());
    }
    stopIfDone();
    rest();
  }

  /**
   * What has been applied matters when more is to follow, proposals matter when they are not to
   * gather, questions when a round can begin with them; and everything to who waits for the end.
   */
  private void rest() {
    boolean isPatient = stopping == null;
    inbox.drained(
        new Inbox.Patience(
            isPatient && !core.awaitsApplied(),
            isPatient && gathering.isOn(),
            isPatient && core.awaitsReadIndex()));
  }

  /** A heartbeat interval has passed. */
  void tick() {
    // Whatever could wait has waited long enough.
    drain(true);
    if (stopped) {
      return;
    }
    long now = time.nanos();
    reads.expire(now);
    own.expire(now);
    transfers.expire(now);
    own.retry();
    if (!closing) {
      List<Input> ticked = new ArrayList<>(1);
      ticked.add(new Input.Tick());
      headStart.tick(ticked);
      identities.tick(ticked);
      run(ticked);
    }
    sealing.tick(core.role().commit());
    cutting.tick();
    standing.updateAcknowledged();
    runOutcomes();
    stopIfDone();
    rest();
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
        if (proposal.payload().length() > limits.payloadBytesMax()) {
          OwnProposals.drop(inbox, proposal, DropReason.OVERLOADED);
        } else {
          gathering.add(proposal);
        }
      }
      case Input input -> inputs.add(input);
      case Requests request -> sortRequest(request);
      case null, default -> throw new IllegalStateException("unknown item " + item);
    }
  }

  private void sortRequest(Requests request) {
    switch (request) {
      case Requests.OfMembers said -> intake.take(said, inputs);
      case Requests.Change change -> {
        Input.ProposeChange input = change.toInput(core.self());
        if (input.payload().length() > limits.payloadBytesMax()) {
          OwnProposals.drop(inbox, change, DropReason.OVERLOADED);
        } else {
          inputs.add(input);
        }
      }
      case Requests.Read read -> {
        // All questions of one drain are one question to the core.
        ReadWaiters.Group group = reads.openAt(time.nanos(), limits.requestTimeoutNanos());
        if (group.isEmpty()) {
          inputs.add(new Input.ReadIndex(group));
        }
        group.add(read.answer());
      }
      case Requests.Transfer asked -> {
        if (transfers.begin(asked, time.nanos())) {
          inputs.add(new Input.Transfer(asked.to()));
        }
      }
      case Requests.Stop stop -> {
        stopping = stop.answer();
        long successor = transfers.beginToStop(time.nanos());
        if (successor != 0) {
          inputs.add(new Input.Transfer(successor));
        }
      }
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
    reads.close();
    step(first);
    runOutcomes();
  }

  private void runOutcomes() {
    while (!stopped) {
      List<Input> outcomes = work.takeOutcomes();
      if (outcomes.isEmpty() && core.role().kind() == RoleKind.LEADER) {
        outcomes = own.unpark();
      }
      if (outcomes.isEmpty()) {
        return;
      }
      step(outcomes);
    }
  }

  private void step(List<Input> list) {
    for (Input input : list) {
      if (input instanceof Input.Persisted persisted) {
        outbox.durable(persisted.token());
        installs.durable(persisted.token());
      } else if (input instanceof Input.SnapshotDone done) {
        cutting.unpin(done.to());
      }
    }
    Effects effects = core.step(list);
    if (observer != null) {
      observer.stepped(core, effects);
    }
    long begunAnewAt = installs.decided(effects);
    if (begunAnewAt != 0) {
      own.overtakenBy(begunAnewAt);
    }
    // Before anything leaves that could make another member answer: see tryReadIndex.
    tell(standing.update(effects.role()));
    gathering.stepped(effects.role());
    work.soleMember(core.configuration().members().size() <= 1);
    lease.stepped(effects.role(), core.configuration(), effects.send());
    outbox.send(effects.send());
    if (!effects.dropped().isEmpty()) {
      takeBack(effects.dropped());
    }
    own.dispatch();
    peers.flush();
    Effects.Persist persist = effects.persist();
    if (persist != null) {
      sealing.persisting();
      log.enqueue(persist);
      work.onLog(log::persist);
      // Alone, a persist is applied before anybody could look at a clock: nothing to watch.
      if (!work.isInline()) {
        own.watch(persist.entries());
      }
    }
    if (!effects.apply().isEmpty()) {
      for (CommittedRun run : CommittedRun.split(effects.apply(), machine, inbox, own)) {
        work.onApply(() -> run.apply(membership));
      }
    }
    for (Effects.ReadReady read : effects.reads()) {
      ReadWaiters.Group group = (ReadWaiters.Group) read.origin();
      lease.confirmed(effects, group.openedNanos());
      reads.answer(group, read.index());
    }
    for (Effects.Page page : effects.pages()) {
      work.onLog(() -> log.page(page));
    }
    for (long member : effects.snapshots()) {
      cutting.pin(member);
      exchange.send(member, effects.role().term());
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
    own.retry();
    if (!leadership.self()) {
      exchange.stopSending();
    }
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
    List<Dropped> lost = new ArrayList<>(0);
    for (Dropped drop : dropped) {
      if (drop.origin() instanceof ReadWaiters.Group group) {
        reads.fail(
            group,
            drop.reason() == Effects.DropReason.LEADER_CHANGED
                ? ConsensusException.Kind.LEADER_CHANGED
                : ConsensusException.Kind.TIMED_OUT,
            "a read index was not found: " + drop.reason());
      } else if (drop.index() != 0) {
        lost.add(drop);
      } else if (drop.origin() instanceof Forwarded forwarded) {
        others.refuse(forwarded, drop.reason());
      } else {
        own.notAppended(drop);
      }
    }
    if (!lost.isEmpty()) {
      own.entriesLost(lost);
    }
  }

  private void stopIfDone() {
    CompletableFuture<Void> answer = stopping;
    if (answer == null || stopped || transfers.holdsStop(time.nanos())) {
      return;
    }
    closing = true;
    intake.close();
    if (!work.isIdle()) {
      return; // Outcomes that are still under way bring the lane back here.
    }
    gathering.stop(inbox);
    own.stop();
    reads.failAll(ConsensusException.Kind.STOPPED, "the member stops");
    transfers.giveUp();
    standing.close();
    peers.flush();
    stopped = true;
    long commit = core.role().commit();
    exchange.close(() ->
        work.finish(() -> {
          log.seal(commit);
          log.close();
          answer.complete(null);
        }));
  }
}
