// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.cluster;

import io.cairn.consensusraft.runtime.RaftConsensus;
import io.cairn.consensusraft.runtime.RaftSizes;
import io.cairn.consensusraft.wal.WalOptions;
import io.cairn.kernel.Kernel;
import io.cairn.kernel.directory.EngineFolders;
import io.cairn.kernel.directory.MemberDirectory;
import io.cairn.kernel.directory.MemberIdentity;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.state.Tables;
import io.cairn.simulator.environment.EventQueue;
import io.cairn.simulator.environment.MemberLife;
import io.cairn.simulator.environment.ModelEngine;
import io.cairn.simulator.environment.SimulatedDisk;
import io.cairn.spi.auth.AccessControl;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusOptions;
import io.cairn.spi.consensus.ConsensusStatus;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.PeerNetwork;
import io.cairn.spi.environment.Probe;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.store.Member;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A member with its disk and engine, which outlive its processes. Between {@link #start} and {@link
 * #crash} the code of production runs in it.
 */
@OnLane("simulation")
public final class SimulatedMember {
  private static final int MAX_REQUEST_BYTES = 4_000;
  private static final String BACKEND = "model";

  /** How long a power cut waits for the disk to be in the middle of something. */
  private static final long IMPENDING_NANOS = 400_000_000;

  /** How soon after a state has begun to come in somebody compacts. */
  private static final int COMPACTED_WITHIN_NANOS = 3_000_000;

  private final SimulatedCluster cluster;
  private final EventQueue queue;
  private final long id;
  private final List<Member> told;
  private final String name;
  private final Rng rng;
  private final SimulatedDisk disk;
  private final LogInvariants.Watched log;

  // By folder; what a folder on the disk stands for. One that is not on the disk is of no account.
  private final Map<String, ModelEngine> engines = new TreeMap<>();

  private long boots;
  private MemberLife.Machine machine = MemberLife.Machine.HEALTHY;

  // One life.
  private @Nullable MemberLife life;
  private @Nullable Kernel kernel;
  private @Nullable Consensus consensus;
  private @Nullable ConsensusStatus lastStatus;
  private long lastApplied;
  private long callingOperation;
  private boolean removed;
  private boolean mayFail;
  private boolean damaged;
  private boolean wiped;
  private boolean refused;
  private @Nullable DirectoryCopy copy;

  /** How often it may still be started on an older copy of its directory. */
  private long startsOnCopy;

  private boolean rolledBack;
  private boolean cutWithin;
  private long acknowledged;
  private long failuresAtStart;
  private EventQueue.@Nullable Event impending;

  SimulatedMember(SimulatedCluster cluster, long id, List<Member> told, Rng rng) {
    this.cluster = cluster;
    this.queue = cluster.queue();
    this.id = id;
    this.told = told;
    this.name = "m" + id;
    this.rng = rng;
    this.disk = new SimulatedDisk(queue, rng.split("disk"));
    this.log = cluster.logs().watch(this);
    disk.syncsGoOnWhile(() -> life != null && life.isUnheardOf());
  }

  /** Its id. */
  public long id() {
    return id;
  }

  /** Its disk. */
  public SimulatedDisk disk() {
    return disk;
  }

  /** Whether its process runs. */
  public boolean isUp() {
    MemberLife running = life;
    return running != null && running.isAlive() && kernel != null;
  }

  /** Whether it has found out that it was removed from the cluster, and has stopped. */
  public boolean isRemoved() {
    return removed;
  }

  /** What its log must hold. */
  LogInvariants.Watched log() {
    return log;
  }

  /** Its process, which must run. */
  public MemberLife life() {
    MemberLife running = life;
    if (running == null) {
      throw new IllegalStateException(name + " is down");
    }
    return running;
  }

  /** Its store, which must be open. */
  public Kernel kernel() {
    Kernel open = kernel;
    if (open == null) {
      throw new IllegalStateException(name + " is down");
    }
    return open;
  }

  /** Where its consensus stands. */
  public ConsensusStatus status() {
    Consensus running = consensus;
    if (running == null) {
      throw new IllegalStateException(name + " is down");
    }
    return running.status();
  }

  /** Hands leadership over. */
  public void transfer(long to) {
    Consensus running = consensus;
    if (running != null && isUp()) {
      life().enter(() -> running.transferLeadership(to).whenComplete((_, _) -> {}));
    }
  }

  /** The machine under its process, now and from the next start on. */
  public void machine(MemberLife.Machine next) {
    machine = next;
    if (isUp()) {
      life().change(next);
    }
  }

  /**
   * Turns a bit of the log over while no process runs, in a place that later records cover.
   *
   * @return whether there was such a place
   */
  public boolean rot(int perMille) {
    List<String> segments =
        disk.paths().stream().filter(path -> path.startsWith(RaftConsensus.DIRECTORY)).toList();
    for (String segment : segments) {
      long used = disk.usedBytes(segment);
      if (used > 4_000) {
        damaged = true;
        mayFail = true;
        disk.rot(segment, used / 3 * perMille / 1000, perMille % 8);
        return true;
      }
    }
    return false;
  }

  /** Empties its directory while no process runs: the next one begins anew, as if it were new. */
  public void wipe() {
    damaged = true;
    wiped = true;
    mayFail = true;
    disk.wipe();
    engines.clear();
    log.forgets();
  }

  /**
   * What was in its directory while no process ran.
   *
   * @param boot how often it had been started
   */
  private record DirectoryCopy(
      SimulatedDisk.Copy files, Map<String, ModelEngine> engines, long boot) {}

  /** Somebody copies its directory while no process runs. */
  public void copyDirectory() {
    clearAway();
    copy = new DirectoryCopy(disk.copy(), new TreeMap<>(engines), directoryBoot());
  }

  private long directoryBoot() {
    try {
      return new MemberDirectory(disk, name).read().map(MemberIdentity::boot).orElse(0L);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Puts the copy in place of its directory while no process runs, if all others know for good that
   * it has been started since: nobody could tell otherwise. It is started so often only that they
   * still can, until it has been told that it is refused, which it must remember itself.
   *
   * @return whether that was so
   */
  public boolean rollBack() {
    DirectoryCopy older = copy;
    if (older == null || older.boot() == 0) {
      return false;
    }
    startsOnCopy = cluster.bootsKnownOf(this) - older.boot() - 1;
    if (startsOnCopy <= 0) {
      return false;
    }
    clearAway();
    damaged = true;
    rolledBack = true;
    mayFail = true;
    disk.restore(older.files());
    engines.clear();
    engines.putAll(older.engines());
    log.forgets();
    return true;
  }

  /** Whether its directory has been emptied. */
  public boolean isWiped() {
    return wiped;
  }

  /** Whether it has ended itself because others do not accept its directory. */
  public boolean isRefused() {
    return refused;
  }

  /** Whether its directory has been emptied, or replaced by an older copy. */
  public boolean hasForgotten() {
    return wiped || rolledBack;
  }

  /** Whether its directory has been replaced by an older copy. */
  public boolean isRolledBack() {
    return rolledBack;
  }

  /** Whether bytes that had been durable are no longer what was written. */
  public boolean isDamaged() {
    return damaged;
  }

  /** From now on the member may end itself because of its disk. */
  public void mayFail() {
    mayFail = true;
  }

  /** Starts a process on what the last one left. */
  public void start() {
    if (isUp() || (rolledBack && startsOnCopy-- <= 0)) {
      return;
    }
    clearAway();
    boots++;
    lastStatus = null;
    lastApplied = 0;
    failuresAtStart = disk.failures();
    MemberLife started =
        new MemberLife(queue, name, machine, rng.split("life " + boots), new LifeObserver());
    life = started;
    cluster.reached().count(boots == 1 ? "first starts" : "restarts");
    started.enter(() -> open(started));
  }

  /** A process that its disk killed may not be cleared away yet: it had not come to its end. */
  private void clearAway() {
    crash(cutWithin);
    cutWithin = false;
  }

  private void open(MemberLife started) {
    try {
      open(started, identify());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads or makes the directory, as a server does when it starts. */
  private MemberIdentity identify() throws IOException {
    disk.createDirectories(MemberDirectory.MEMBER);
    MemberDirectory directory = new MemberDirectory(disk, name);
    Optional<MemberIdentity> found = directory.read();
    return found.isPresent()
        ? directory.boot(found.get(), BACKEND)
        : directory.create(
            BACKEND,
            SimulatedCluster.CLUSTER_ID,
            id,
            rng.split("incarnation " + boots).next() >>> 1);
  }

  /** A folder with an engine in it; the file stands for all that a real engine would have there. */
  private StorageEngine openEngine(String folder) {
    String file = folder + "/ENGINE";
    try {
      if (!disk.exists(file)) {
        disk.create(file).close();
        disk.syncDirectory(folder);
        engines.remove(folder);
      }
    } catch (IOException e) {
      throw new StorageException.Failed("cannot make an engine in '" + folder + "'", e);
    }
    ModelEngine closed = engines.get(folder);
    ModelEngine opened =
        closed == null ? new ModelEngine(queue, Tables.ALL, 200_000) : closed.reopen();
    engines.put(folder, opened);
    return new AuditedEngine(opened, this, cluster.invariants());
  }

  private void open(MemberLife started, MemberIdentity identity) throws IOException {
    Knobs knobs = cluster.knobs();
    PeerNetwork network =
        cluster.network().attach(id, identity.incarnation(), identity.boot(), started);
    Rng ofLife = rng.split("random " + boots);
    RaftConsensus raft =
        new RaftConsensus(
            new ConsensusOptions(
                SimulatedCluster.CLUSTER_ID,
                id,
                identity.incarnation(),
                identity.boot(),
                cluster.bootstrapOf(id),
                knobs.heartbeatMillis(),
                knobs.electionMillis(),
                true,
                knobs.requestMillis(),
                1 << 20,
                1000,
                false,
                0),
            new RaftSizes(
                new WalOptions(RaftConsensus.DIRECTORY, knobs.segmentBytes(), 1),
                knobs.entriesForOthers(),
                knobs.windowBytes(),
                knobs.appendBytes(),
                knobs.inflight()),
            disk,
            started,
            started,
            ofLife,
            started,
            started,
            network);
    raft.observe(log);
    EngineFolders folders = new EngineFolders(disk, this::openEngine, raft::cutIndex);
    StorageEngine engine = folders.open();
    Consensus observed = new ObservedConsensus(raft, this, cluster.invariants());
    consensus = observed;
    Kernel opened =
        Kernel.open(
            options(knobs),
            new Kernel.Parts(
                engine,
                folders,
                observed,
                network,
                AccessControl.open(),
                (_, _) -> CompletableFuture.completedFuture(Identity.ANONYMOUS)),
            new Kernel.Environment(
                started, started, ofLife.split("kernel"), started, probe(knobs)));
    kernel = opened;
    cluster.invariants().recovered(this, opened.published().state());
    var _ = opened.start();
    opened.departed().thenRun(() -> departed(started));
  }

  private Probe probe(Knobs knobs) {
    Rng dice = rng.split("probe " + boots);
    return site -> {
      boolean hit = knobs.probePerMille() > 0 && dice.below(1000) < knobs.probePerMille();
      if (hit) {
        cluster.reached().count("probe " + site);
      }
      return hit;
    };
  }

  private KernelOptions options(Knobs knobs) {
    return new KernelOptions(
        SimulatedCluster.CLUSTER_ID,
        id,
        MAX_REQUEST_BYTES,
        128,
        0,
        knobs.electionMillis(),
        knobs.requestMillis(),
        false,
        knobs.progressMillis(),
        new KernelOptions.Cluster(
            name, List.of("http://" + name + ":2379"), false, 3, rng.below(2) == 0, told),
        new KernelOptions.Retention.Everything(),
        new KernelOptions.Memory(1 << 16, 1 << 20, 16 << 20),
        new KernelOptions.Flush(
            knobs.flushOperations(),
            knobs.flushBytes(),
            knobs.flushMillis(),
            knobs.unflushedBytes(),
            knobs.barrierBytes()));
  }

  /**
   * Ends the process without its having a say. The engine loses some of its newest commits.
   *
   * @param power whether the disk loses power, too
   */
  public void crash(boolean power) {
    MemberLife running = life;
    if (running == null) {
      return;
    }
    running.kill();
    log.ended();
    if (power) {
      disk.powerFailed();
    } else {
      disk.processDied();
    }
    cluster.reached().count(power ? "power cuts" : "kills");
    close();
    for (Map.Entry<String, ModelEngine> engine : engines.entrySet()) {
      int undoable = engine.getValue().undoable();
      int kept = undoable == 0 ? 0 : rng.below(undoable + 1);
      if (kept < undoable) {
        cluster.reached().count("engines that lost commits");
      }
      engine.setValue(engine.getValue().crash(kept));
    }
    cluster.network().died(id, !power);
  }

  /** Cuts the power in the middle of one of the next few things the disk is asked to do. */
  public void crashWithin(int operations) {
    MemberLife running = life;
    if (running == null) {
      return;
    }
    disk.cutPowerAfter(
        operations,
        () -> {
          running.kill();
          cutWithin = true;
          log.ended();
          cluster.reached().count("power cuts within a write or sync");
          // Not from within its own code: the process is still on the stack.
          queue.after(
              0,
              name + " is cleared away",
              () -> {
                if (life == running) {
                  crash(true);
                }
              });
        });
    if (impending != null) {
      impending.cancel();
    }
    impending =
        queue.after(
            IMPENDING_NANOS,
            name + " loses power",
            () -> {
              if (life == running && running.isAlive()) {
                crash(true);
              }
            });
  }

  /** Takes away whatever ails the member, and starts it unless it was removed. */
  public void repair() {
    disk.health(SimulatedDisk.Health.GOOD);
    disk.room(-1);
    disk.keepPower();
    if (impending != null) {
      impending.cancel();
    }
    machine(MemberLife.Machine.HEALTHY);
    if (isUp() && life().isPaused()) {
      crash(false);
    }
    if (!removed) {
      start();
    }
  }

  /** An operator starts a removed member again: others need to hear from it that it was removed. */
  public void bringBack() {
    removed = false;
    cluster.reached().count("removed members started again");
    repair();
  }

  private void close() {
    Kernel open = kernel;
    kernel = null;
    consensus = null;
    life = null;
    if (open != null) {
      open.close();
    }
  }

  private final class LifeObserver implements MemberLife.Observer {
    @Override
    public void logged(String message, EventLog.Field... fields) {
      SimulatedMember.this.logged(message, fields);
    }

    @Override
    public void ran() {
      try {
        observe();
      } catch (Broken broken) {
        cluster.found(broken);
      }
    }

    @Override
    public void ended(String what, Throwable cause) {
      SimulatedMember.this.ended(what, cause);
    }
  }

  /**
   * The process ended itself. That is right after an error of the disk, and a finding otherwise.
   */
  private void ended(String what, Throwable cause) {
    if (cause instanceof Broken broken) {
      cluster.found(broken);
      return;
    }
    refused = hasForgotten() && isRefusal(what, cause);
    boolean disksFault = causedByDisk(cause) && (disk.failures() > failuresAtStart || damaged);
    if (!refused && (!disksFault || !mayFail)) {
      cluster.found(new Broken("stop", name + " ended itself: " + what, cause));
      return;
    }
    cluster
        .reached()
        .count(
            refused
                ? wiped ? "wiped members that were refused" : "older copies that were refused"
                : "members that stopped because of their disk");
    if (what.startsWith("the cluster knows") && disk.failures() == failuresAtStart) {
      startsOnCopy = Long.MAX_VALUE; // It has made a note of that.
    }
    // Not from within its own code: the process is still on the stack.
    MemberLife broken = life;
    queue.after(
        0,
        name + " is cleared away",
        () -> {
          if (life == broken) {
            crash(false);
          }
        });
  }

  /** What a leader sent to a life before the loss may come late, and tells as much. */
  private static boolean isRefusal(String what, Throwable cause) {
    return what.startsWith("the cluster knows this member")
        || (cause instanceof InvariantViolation
            && String.valueOf(cause.getMessage()).startsWith("a leader counts on entries"));
  }

  private void logged(String message, EventLog.Field... fields) {
    cluster.reached().count("log: " + message);
    if (message.equals("opened the log") && !damaged) {
      for (EventLog.Field field : fields) {
        if (field.name().equals("last-index") && field.value() instanceof Long last) {
          cluster.invariants().recoveredLog(this, last, acknowledged);
        }
      }
    }
  }

  /** The process has learned that its member was removed, and stops. */
  private void departed(MemberLife of) {
    removed = true;
    queue.after(
        1_000_000,
        name + " departs",
        () -> {
          if (life == of) {
            cluster.reached().count("removed members that stopped");
            crash(false);
          }
        });
  }

  private static boolean causedByDisk(Throwable cause) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof IOException) {
        return true;
      }
      if (at instanceof InvariantViolation || at instanceof Broken) {
        return false;
      }
    }
    return false;
  }

  /** Does something as a client's connection would, on behalf of an operation; 0 for none. */
  public void call(long operation, Runnable call) {
    life()
        .enter(() -> {
          callingOperation = operation;
          try {
            call.run();
          } finally {
            callingOperation = 0;
          }
        });
  }

  /** Looks at the member after it has done something; cheap if nothing that counts has changed. */
  @SuppressWarnings("ReferenceEquality") // What has not been replaced has not changed.
  private void observe() {
    if (isUp() && consensus != null) {
      ConsensusStatus status = status();
      if (status != lastStatus) {
        cluster.invariants().stands(this, status);
        lastStatus = status;
      }
      if (status.leadership().self()) {
        for (SimulatedMember other : cluster.members().values()) {
          long held = Math.min(consensus.acknowledgedIndex(other.id), status.committedIndex());
          other.acknowledged = Math.max(other.acknowledged, held);
        }
      }
    }
  }

  long callingOperation() {
    return callingOperation;
  }

  @Nullable ConsensusStatus lastStatus() {
    return lastStatus;
  }

  /** The last entry that its state machine was given. */
  public long lastApplied() {
    return lastApplied;
  }

  void appliedThrough(long index) {
    lastApplied = index;
  }

  /** A state begins to come in; an operator may choose this moment to compact. */
  void receives() {
    if (rng.below(2) == 0) {
      queue.after(rng.below(COMPACTED_WITHIN_NANOS), "operator compacts", cluster::compact);
    }
  }

  void installed(long index, boolean compactedMeanwhile) {
    lastApplied = index;
    cluster.reached().count("states installed");
    if (compactedMeanwhile) {
      cluster.reached().count("compactions during an install");
    }
  }

  void changed(boolean accepted) {
    cluster.reached().count(accepted ? "changes applied" : "changes refused at apply");
  }

  @Override
  public String toString() {
    return name;
  }
}
