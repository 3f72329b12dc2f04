// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects;
import io.cairn.consensusraft.core.Message;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.consensusraft.core.Recovered;
import io.cairn.consensusraft.fakes.FakeDisk;
import io.cairn.consensusraft.fakes.FakeNetwork;
import io.cairn.consensusraft.fakes.SilentLog;
import io.cairn.consensusraft.fakes.World;
import io.cairn.consensusraft.runtime.TestMachine.Command;
import io.cairn.consensusraft.wal.WalOptions;
import io.cairn.consensusraft.wire.FrameCodec;
import io.cairn.consensusraft.wire.PeerMessage;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusOptions;
import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Whole members, from their disks up, in one world. */
final class RaftCluster {
  static final int HEARTBEAT_MILLIS = 100;
  static final int ELECTION_MILLIS = 1000;
  static final int REQUEST_MILLIS = 7000;

  final World world;
  final FakeNetwork network;
  final ClusterChecker checker = new ClusterChecker();
  final TreeMap<Long, Member> members = new TreeMap<>();
  final Set<Command> ofTheDead = new HashSet<>();

  /** How fast members that are started send states, 0 for no limit. */
  long stateBytesPerSecondMax;

  private final int segmentBytes;
  private final LogCutting.Kept kept;
  private final boolean leaseReads;
  private int proposals;

  /** Members 1 to {@code size}, running, of a cluster that begins now. */
  RaftCluster(long seed, int size) {
    this(seed, size, 16384, LogCutting.Kept.STANDARD, false);
  }

  /** The same, whose leaders answer reads without asking again for a while. */
  static RaftCluster withLeases(long seed, int size) {
    return new RaftCluster(seed, size, 16384, LogCutting.Kept.STANDARD, true);
  }

  /** The same with logs that keep little, so that states have to be sent often. */
  static RaftCluster withShortLogs(long seed, int size) {
    return new RaftCluster(
        seed, size, 8192, new LogCutting.Kept(10, 64 << 10, 64 << 10, 1 << 10), false);
  }

  private RaftCluster(
      long seed, int size, int segmentBytes, LogCutting.Kept kept, boolean leaseReads) {
    this.world = new World(seed);
    this.network = new FakeNetwork(world);
    this.segmentBytes = segmentBytes;
    this.kept = kept;
    this.leaseReads = leaseReads;
    List<ConfigurationChange> founders =
        LongStream.rangeClosed(1, size)
            .mapToObj(
                id -> new ConfigurationChange(ConfigurationChange.Kind.ADD_VOTER, id, Bytes.EMPTY))
            .toList();
    for (long id = 1; id <= size; id++) {
      members.put(id, new Member(id, founders));
    }
    members.values().forEach(Member::start);
  }

  /** A member that runs, but that the others do not know yet. */
  Member join(long id) {
    Member member = new Member(id, List.of());
    members.put(id, member);
    member.start();
    return member;
  }

  Member member(long id) {
    Member member = members.get(id);
    if (member == null) {
      throw new AssertionError("no member " + id);
    }
    return member;
  }

  /** The member that leads and that most others follow, after waiting for it. */
  Member leader() {
    if (!world.runUntil(() -> findLeader() != null, 20L * ELECTION_MILLIS)) {
      throw new AssertionError("nobody leads");
    }
    Member leader = findLeader();
    if (leader == null) {
      throw new AssertionError("nobody leads");
    }
    return leader;
  }

  @Nullable Member findLeader() {
    Member best = null;
    for (Member member : members.values()) {
      if (member.isRunning()
          && member.consensus().status().leadership().self()
          && (best == null || member.term() > best.term())) {
        best = member;
      }
    }
    if (best == null) {
      return null;
    }
    long id = best.id;
    long followers =
        members.values().stream()
            .filter(m -> m.isRunning() && m.consensus().status().leadership().leader() == id)
            .count();
    return followers * 2 > best.consensus().status().configuration().voters().size() ? best : null;
  }

  Member follower() {
    long leader = leader().id;
    return members.values().stream()
        .filter(member -> member.isRunning() && member.id != leader)
        .findFirst()
        .orElseThrow();
  }

  /** Lets the leader take so many proposals and forget the log behind them. */
  void writeAndForget(int count) {
    for (int done = 0; done < count; done += 100) {
      Member leader = leader();
      for (int i = 0; i < 100; i++) {
        leader.propose();
      }
      world.runMillis(200);
      members.values().stream().filter(Member::isRunning).forEach(m -> m.machine().barrier());
    }
    world.runMillis(500);
  }

  /** Whether all running members have applied the same. */
  boolean converged() {
    List<Member> running = members.values().stream().filter(Member::isRunning).toList();
    return running.stream().map(member -> member.machine().point()).distinct().count() == 1;
  }

  /** One life after another of one member. */
  final class Member {
    final long id;
    private final List<ConfigurationChange> founders;
    FakeDisk disk = new FakeDisk();
    ClusterMachine.Storage storage = new ClusterMachine.Storage();
    final SilentLog log = new SilentLog();
    long incarnation;
    long boot;

    /** Whether the process may end itself, and what it said when it did. */
    boolean mayEnd;

    @Nullable String lastWords;

    /** Whether the next start leaves all others behind. */
    boolean goesOnAlone;

    /** Whether the next start passes over most of the first election timeout. */
    boolean hastensFirstElection;

    private World.@Nullable Life life;
    private FakeNetwork.@Nullable Endpoint endpoint;
    private @Nullable RaftConsensus consensus;
    private @Nullable ClusterMachine machine;
    private final List<Command> open = new ArrayList<>();

    /** The core of this life, or of the last one, since its first step. */
    private @Nullable RaftCore core;

    private Member(long id, List<ConfigurationChange> founders) {
      this.id = id;
      this.founders = founders;
      this.incarnation = 100 + id;
    }

    void start() {
      boot++;
      World.Life now = world.newLife();
      life = now;
      FakeNetwork.Endpoint here = network.endpoint(id, incarnation, boot);
      endpoint = here;
      ConsensusOptions options =
          new ConsensusOptions(
              7,
              id,
              incarnation,
              boot,
              founders,
              HEARTBEAT_MILLIS,
              ELECTION_MILLIS,
              true,
              REQUEST_MILLIS,
              1 << 20,
              1000,
              leaseReads,
              stateBytesPerSecondMax,
              goesOnAlone,
              hastensFirstElection);
      RaftConsensus made =
          new RaftConsensus(
              options,
              new WalOptions("member/wal", segmentBytes, 2),
              kept,
              disk,
              now,
              world,
              world.newRng(),
              log,
              (what, cause) -> {
                if (!mayEnd) {
                  throw new AssertionError("member " + id + ": " + what, cause);
                }
                lastWords = what;
                die();
                throw new World.MemberEnded();
              },
              here);
      made.observe(new Onlooker(this));
      ClusterMachine state = new ClusterMachine(id, storage, checker, made.cutIndex());
      machine = state;
      consensus = made;
      made.start(state);
      network.connectAll();
    }

    boolean isRunning() {
      return life != null;
    }

    RaftConsensus consensus() {
      RaftConsensus running = consensus;
      if (running == null) {
        throw new AssertionError("member " + id + " does not run");
      }
      return running;
    }

    ClusterMachine machine() {
      ClusterMachine running = machine;
      if (running == null) {
        throw new AssertionError("member " + id + " does not run");
      }
      return running;
    }

    /** The life of its directory to which this member holds another, or 0. */
    long bound(long member) {
      Configuration.Member known = Objects.requireNonNull(core).configuration().find(member);
      return known == null ? 0 : known.incarnation();
    }

    long term() {
      return consensus().status().leadership().term();
    }

    Command propose() {
      Command command = checker.proposed(new Command("c" + proposals++));
      open.add(command);
      consensus().propose(command);
      return command;
    }

    Command change(ConfigurationChange.Kind kind, long member) {
      Command command = checker.proposed(new Command(kind + " " + member));
      open.add(command);
      consensus().proposeChange(new ConfigurationChange(kind, member, Bytes.EMPTY), command);
      return command;
    }

    /** A linearizable read; its value is checked by itself. */
    CompletableFuture<Long> read() {
      long atLeast = checker.acknowledgedIndex();
      return consensus()
          .readIndex()
          .toCompletableFuture()
          .thenApply(index -> {
            if (index < atLeast) {
              throw new AssertionError("C7: a read at " + index + " misses " + atLeast);
            }
            return index;
          });
    }

    /** A read that is answered at once, or not at all. */
    long tryRead() {
      long index = consensus().tryReadIndex();
      if (index != Consensus.NO_INDEX && index < checker.acknowledgedIndex()) {
        throw new AssertionError(
            "C7: a read at " + index + " misses " + checker.acknowledgedIndex());
      }
      return index;
    }

    /** Sends a message of a term, as one that has long been under way. */
    void sayStaleTerm(long to, long laterTerm) {
      FrameCodec.Sender sender = new FrameCodec.Sender(id, incarnation, boot, Long.MAX_VALUE);
      PeerMessage stale =
          new PeerMessage.Raft(
              new Message.StaleTerm(new Message.Header(id, to, laterTerm, incarnation)));
      Bytes frame = FrameCodec.encode(new FrameCodec.Frame(sender, to, List.of(stale)));
      Objects.requireNonNull(endpoint).send(to, PeerNetwork.Channel.CONSENSUS, frame);
    }

    /** The process dies; the machine goes on. */
    void kill() {
      die();
      disk.restart();
    }

    /** The power fails. */
    void cutPower() {
      die();
      disk.powerCut(world.dice());
    }

    /** The orderly end. */
    CompletableFuture<Void> stop() {
      return consensus().beginStop();
    }

    /** The directory is lost; what starts in its place is another incarnation. */
    void wipe() {
      disk = new FakeDisk();
      storage = new ClusterMachine.Storage();
      incarnation += 1000;
      boot = 0;
    }

    /** What a backup tool would bring back. */
    Runnable backup() {
      FakeDisk diskThen = disk.copy();
      ClusterMachine.State stateThen = storage.durable;
      long bootThen = boot;
      return () -> {
        disk = diskThen;
        storage = new ClusterMachine.Storage();
        storage.durable = stateThen;
        boot = bootThen;
      };
    }

    void die() {
      if (life != null) {
        life.end();
        life = null;
      }
      if (endpoint != null) {
        endpoint.close();
      }
      open.stream().filter(c -> c.appliedAt == 0 && c.dropped == null).forEach(ofTheDead::add);
      open.clear();
      consensus = null;
      machine = null;
    }
  }

  private record Onlooker(Member member) implements CoreObserver {
    @Override
    public void recovered(Recovered recovered) {}

    @Override
    public void stepped(RaftCore core, Effects effects) {
      member.core = core;
    }

    @Override
    public void synced(long token) {}

    @Override
    public void leaves(Effects.Outgoing outgoing) {}

    @Override
    public void remembers(long other, long boot) {}
  }
}
