// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.RaftCore;
import io.cairn.consensusraft.core.Settings;
import io.cairn.consensusraft.snapshot.SnapshotExchange;
import io.cairn.consensusraft.wal.WalOptions;
import io.cairn.consensusraft.wire.FrameCodec;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.consensus.ConsensusOptions;
import io.cairn.spi.consensus.ConsensusStatus;
import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.ProcessExit;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.network.PeerNetwork;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Consensus by Raft over the log of this member. */
@ThreadSafe
@Singleton
public final class RaftConsensus implements Consensus {
  /** Where the log lies in the data directory. */
  public static final String DIRECTORY = "member/wal";

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final ConsensusOptions options;
  private final RaftSizes sizes;
  private final LogCutting.Kept kept;
  private final Disk disk;
  private final Scheduler scheduler;
  private final TimeSource time;
  private final Rng rng;
  private final EventLog events;
  private final ProcessExit exit;
  private final Lane raftLane;
  private final Inbox inbox;
  private final PeerNetwork network;
  private final Reception reception;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  // Set before start(), if at all.
  private @Nullable CoreObserver observer;

  // Written once by start(); until then whatever is asked for waits in the inbox.
  private volatile @Nullable RaftLoop loop;

  // The same; null where leases are off.
  private volatile @Nullable LeaderLease lease;

  // The same; until then nobody is known who could send a state.
  private volatile @Nullable SnapshotExchange states;

  /** A member that has not started. */
  @Inject
  public RaftConsensus(
      ConsensusOptions options,
      Disk disk,
      Scheduler scheduler,
      TimeSource time,
      Rng rng,
      EventLog events,
      ProcessExit exit,
      PeerNetwork network) {
    this(options, RaftSizes.STANDARD, disk, scheduler, time, rng, events, exit, network);
  }

  /** The same with sizes of one's own, for simulations. */
  public RaftConsensus(
      ConsensusOptions options,
      RaftSizes sizes,
      Disk disk,
      Scheduler scheduler,
      TimeSource time,
      Rng rng,
      EventLog events,
      ProcessExit exit,
      PeerNetwork network) {
    this(options, sizes, sizes.kept(), disk, scheduler, time, rng, events, exit, network);
  }

  RaftConsensus(
      ConsensusOptions options,
      WalOptions walOptions,
      LogCutting.Kept kept,
      Disk disk,
      Scheduler scheduler,
      TimeSource time,
      Rng rng,
      EventLog events,
      ProcessExit exit,
      PeerNetwork network) {
    this(
        options,
        new RaftSizes(
            walOptions,
            kept.entries(),
            kept.memoryBytes(),
            RaftSizes.STANDARD.appendBytesMax(),
            RaftSizes.STANDARD.inflightMax()),
        kept,
        disk,
        scheduler,
        time,
        rng,
        events,
        exit,
        network);
  }

  private RaftConsensus(
      ConsensusOptions options,
      RaftSizes sizes,
      LogCutting.Kept kept,
      Disk disk,
      Scheduler scheduler,
      TimeSource time,
      Rng rng,
      EventLog events,
      ProcessExit exit,
      PeerNetwork network) {
    this.options = options;
    this.sizes = sizes;
    this.kept = kept;
    this.disk = disk;
    this.scheduler = scheduler;
    this.time = time;
    this.rng = rng;
    this.events = events;
    this.exit = exit;
    this.network = network;
    this.raftLane = scheduler.lane("raft");
    this.inbox =
        new Inbox(
            raftLane,
            () -> started().drain(),
            options.waitingBytesMax(),
            options.waitingProposalsMax());
    this.reception = new Reception(options.memberId(), inbox, events);
    network.receive(PeerNetwork.Channel.CONSENSUS, reception);
    network.receive(
        PeerNetwork.Channel.SNAPSHOT,
        (from, message) -> {
          SnapshotExchange exchange = states;
          if (exchange != null) {
            exchange.received(from, message);
          }
        });
    network.admit(reception);
    network.watch(new PeerWatch(inbox, reception));
  }

  /**
   * Makes the log of a member that has none yet and whose state machine stands at {@code point}
   * without ever having applied an entry, since its state was made from a backup. The log begins
   * behind that point: whoever joins later has to be sent the state. Durable when this returns.
   *
   * @param options of which only the ids count
   * @throws ConsensusException if there is a log already, or it cannot be written
   */
  public static void begin(
      ConsensusOptions options, AppliedPoint point, Disk disk, Lane background, EventLog events) {
    LogOpening.begin(options, RaftSizes.STANDARD.wal(), disk, background, events, point);
  }

  /** Has somebody look on, in a simulation; to be called before {@link #start}. */
  public void observe(CoreObserver whoLooksOn) {
    observer = whoLooksOn;
  }

  /**
   * The index behind which the log begins: where the state stands that the log has last recorded as
   * installed, or up to where it was cut; to be asked before {@link #start}.
   *
   * @throws ConsensusException if the log cannot be read
   */
  public long cutIndex() {
    return LogOpening.cutIndex(options, sizes.wal(), disk);
  }

  @Override
  public void start(StateMachine machine) {
    if (loop != null) {
      throw new IllegalStateException("started already");
    }
    PeerRecords records = openRecords();
    judgeSelf(records);
    LogOpening.Opened opened =
        LogOpening.open(
            options,
            sizes.wal(),
            disk,
            scheduler.lane("wal-segments"),
            events,
            machine.appliedPoint());
    CoreObserver looksOn = observer;
    if (looksOn != null) {
      looksOn.recovered(opened.recovered());
    }
    CommittedRun.Membership membership =
        new CommittedRun.Membership(opened.recovered().configuration());
    SnapshotExchange exchange =
        new SnapshotExchange(
            new SnapshotExchange.Member(
                options.memberId(), options.incarnation(), options.snapshotBytesPerSecondMax()),
            machine,
            new StateOutcomes(inbox, membership),
            new SnapshotExchange.Surroundings(
                network, scheduler, time, rng.split("snapshot"), events));
    states = exchange;
    RaftCore core = RaftCore.start(opened.recovered(), settings(), rng.split("raft"));
    long electionNanos = options.electionMillis() * NANOS_PER_MILLI;
    LeaderLease made =
        LeaderLease.of(
            options.leaderLeaseReads(),
            electionNanos,
            options.heartbeatMillis() * NANOS_PER_MILLI,
            time);
    lease = made.isOn() ? made : null;
    RaftLoop started =
        new RaftLoop(
            core,
            machine,
            membership,
            new LogWork(opened.wal(), events, exit, looksOn),
            new Work(lazily("log"), lazily("apply"), inbox),
            inbox,
            new RaftLoop.Network(
                new Peers(
                    network,
                    new FrameCodec.Sender(
                        options.memberId(),
                        options.incarnation(),
                        options.boot(),
                        opened.wal().recovered().lastIndex())),
                reception,
                exchange,
                new Identities(core, options.incarnation(), records, lazily("peer-records"), exit),
                HeadStart.of(core, settings().electionTicks(), options, network, events)),
            time,
            events,
            new RaftLoop.Limits(
                options.boot(),
                sizes.wal().payloadBytesMax(),
                options.requestTimeoutMillis() * NANOS_PER_MILLI,
                electionNanos,
                kept,
                made),
            looksOn);
    reception.begin(records);
    // On this thread, before the lane's: whatever is committed is applied when start returns.
    started.begin();
    loop = started;
    inbox.drained(Inbox.Patience.NONE);
    scheduleTick(started);
  }

  @Override
  public void propose(Proposal proposal) {
    take(inbox.offer(proposal, proposal), proposal);
  }

  @Override
  public void proposeChange(ConfigurationChange change, Proposal proposal) {
    take(inbox.offer(new Requests.Change(change, proposal), proposal), proposal);
  }

  @Override
  public CompletionStage<Long> readIndex() {
    CompletableFuture<Long> answer = new CompletableFuture<>();
    ask(new Requests.Read(answer), answer);
    return answer;
  }

  @Override
  public long tryReadIndex() {
    RaftLoop running = loop;
    if (running == null) {
      return NO_INDEX;
    }
    long readable = running.standing().readable();
    LeaderLease held = lease;
    return readable == NO_INDEX && held != null && held.holds()
        ? running.standing().status().committedIndex()
        : readable;
  }

  @Override
  public CompletionStage<Void> transferLeadership(long member) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    ask(new Requests.Transfer(member, answer), answer);
    return answer;
  }

  @Override
  public ConsensusStatus status() {
    RaftLoop running = loop;
    return running == null
        ? new ConsensusStatus(Leadership.NONE, 0, 0, io.cairn.spi.consensus.Configuration.EMPTY)
        : running.standing().status();
  }

  @Override
  public long acknowledgedIndex(long member) {
    RaftLoop running = loop;
    return running == null ? 0 : running.standing().acknowledged(member);
  }

  @Override
  public void stop() {
    beginStop().join();
  }

  /** Stops without waiting for the end; everybody who stops waits for the same. */
  CompletableFuture<Void> beginStop() {
    if (inbox.close(new Requests.Stop(ended)) && loop == null) {
      ended.complete(null);
    }
    return ended;
  }

  private static void take(Inbox.Admission admission, Proposal proposal) {
    switch (admission) {
      case TAKEN -> {}
      case OVERLOADED -> proposal.dropped(DropReason.OVERLOADED);
      case CLOSED -> proposal.dropped(DropReason.STOPPED);
    }
  }

  private void ask(Requests request, CompletableFuture<?> answer) {
    if (!inbox.offer(request)) {
      answer.completeExceptionally(
          new ConsensusException(ConsensusException.Kind.STOPPED, "the member has stopped"));
    }
  }

  private PeerRecords openRecords() {
    try {
      return PeerRecords.open(new PeerRecordFile(disk, sizes.wal().directory()), events, observer);
    } catch (IOException e) {
      throw new ConsensusException(
          ConsensusException.Kind.LOG,
          "cannot read what is known of other members: " + e.getMessage(),
          e);
    }
  }

  /** Ends the process if the others have refused this directory in an earlier life of it. */
  private void judgeSelf(PeerRecords records) {
    long self = options.memberId();
    if (options.goesOnAlone()) {
      records.own(self);
      records.save();
    } else if (records.refuses(self, options.incarnation(), options.boot()) != null) {
      throw exit.fail(
          Identities.refused(self), new Identities.Refused("refused in an earlier life"));
    }
  }

  private void scheduleTick(RaftLoop running) {
    scheduler.after(
        options.heartbeatMillis() * NANOS_PER_MILLI,
        raftLane,
        () -> {
          running.tick();
          if (!running.isStopped()) {
            scheduleTick(running);
          }
        });
  }

  private Settings settings() {
    int ticks = Math.max(2, options.electionMillis() / options.heartbeatMillis());
    Settings defaults = Settings.of(ticks);
    return new Settings(
        defaults.electionTicks(),
        defaults.heartbeatTicks(),
        options.preVote(),
        sizes.appendBytesMax(),
        sizes.inflightMax(),
        defaults.inflightBytesMax(),
        defaults.applyBytesMax(),
        defaults.uncommittedBytesMax(),
        defaults.readsMax(),
        kept.memoryBytes());
  }

  private Supplier<Lane> lazily(String name) {
    return new Supplier<>() {
      private @Nullable Lane lane;

      @Override
      public Lane get() {
        Lane made = lane;
        if (made == null) {
          made = scheduler.lane(name);
          lane = made;
        }
        return made;
      }
    };
  }

  private RaftLoop started() {
    RaftLoop running = loop;
    if (running == null) {
      throw new IllegalStateException("not started yet");
    }
    return running;
  }
}
