// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.cluster;

import io.cairn.kernel.Kernel;
import io.cairn.simulator.environment.EventQueue;
import io.cairn.simulator.environment.MemberLife;
import io.cairn.simulator.environment.SimulatedDisk;
import io.cairn.simulator.parts.KnownLog;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusStatus;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.store.Member;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A member with its disk and engine, which outlive its processes. Between {@link #start} and {@link
 * #crash} the code of production runs in it.
 */
@OnLane("simulation")
public final class SimulatedMember {
  /** How soon after a state has begun to come in somebody compacts. */
  private static final int COMPACTED_WITHIN_NANOS = 3_000_000;

  private final SimulatedCluster cluster;
  private final EventQueue queue;
  private final long id;
  private final List<Member> told;
  private final String name;
  private final Rng rng;
  private final SimulatedDirectory directory;
  private final ImpendingPowerCut powerCut;
  private final LogInvariants.Watched log;
  private final Standing standing;

  /** Where its consensus keeps its log, if it has ever said so. */
  private List<KnownLog> knownLog = List.of();

  private long boots;
  private MemberLife.Machine machine = MemberLife.Machine.HEALTHY;

  // One life.
  private @Nullable MemberLife life;
  private @Nullable Kernel kernel;
  private @Nullable Consensus consensus;
  private long lastApplied;
  private long callingOperation;
  private boolean removed;
  private boolean mayFail;
  private boolean refused;
  private long failuresAtStart;

  SimulatedMember(SimulatedCluster cluster, long id, List<Member> told, Rng rng) {
    this.cluster = cluster;
    this.queue = cluster.queue();
    this.id = id;
    this.told = told;
    this.name = "m" + id;
    this.rng = rng;
    this.directory = new SimulatedDirectory(name, queue, cluster.storageOf(id), rng.split("disk"));
    this.powerCut = new ImpendingPowerCut(queue, name, disk());
    this.log = cluster.logs().watch(this);
    this.standing = new Standing(cluster, this);
    disk().syncsGoOnWhile(() -> life != null && life.isUnheardOf());
  }

  /** Its id. */
  public long id() {
    return id;
  }

  /** Its disk. */
  public SimulatedDisk disk() {
    return directory.disk();
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

  /** Where it stands among the others. */
  Standing standing() {
    return standing;
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
    boolean found =
        !knownLog.isEmpty() && directory.rot(knownLog.getFirst().logDirectory(), perMille);
    mayFail |= found;
    return found;
  }

  /** Empties its directory while no process runs: the next one begins anew, as if it were new. */
  public void wipe() {
    mayFail = true;
    directory.wipe();
    log.forgets();
  }

  /** Somebody copies its directory while no process runs. */
  public void copyDirectory() {
    clearAway();
    directory.copyAway();
  }

  /**
   * Puts the copy in place of its directory while no process runs, if all others know for good that
   * it has been started since: nobody could tell otherwise. It is started so often only that they
   * still can, until it has been told that it is refused, which it must remember itself.
   *
   * @return whether that was so
   */
  public boolean rollBack() {
    long bootsKnown = cluster.bootsKnownOf(this);
    if (!directory.couldRollBack(bootsKnown)) {
      return false;
    }
    clearAway();
    mayFail = true;
    directory.rollBack(bootsKnown);
    log.forgets();
    return true;
  }

  /** Whether its directory has been emptied. */
  public boolean isWiped() {
    return directory.isWiped();
  }

  /** Whether it has ended itself because others do not accept its directory. */
  public boolean isRefused() {
    return refused;
  }

  /** Whether its directory has been emptied, or replaced by an older copy. */
  public boolean hasForgotten() {
    return directory.isWiped() || directory.isRolledBack();
  }

  /** Whether its directory has been replaced by an older copy. */
  public boolean isRolledBack() {
    return directory.isRolledBack();
  }

  /** Whether bytes that had been durable are no longer what was written. */
  public boolean isDamaged() {
    return directory.isDamaged();
  }

  /** From now on the member may end itself because of its disk. */
  public void mayFail() {
    mayFail = true;
  }

  /** Starts a process on what the last one left. */
  public void start() {
    if (isUp() || !directory.mayStart()) {
      return;
    }
    clearAway();
    boots++;
    standing.begins();
    lastApplied = 0;
    failuresAtStart = disk().failures();
    MemberLife started =
        new MemberLife(queue, name, machine, rng.split("life " + boots), new LifeObserver());
    life = started;
    cluster.reached().count(boots == 1 ? "first starts" : "restarts");
    started.enter(() -> open(started));
  }

  /** A process that its disk killed may not be cleared away yet: it had not come to its end. */
  private void clearAway() {
    crash(powerCut.takeHappened());
  }

  private void open(MemberLife started) {
    try {
      SimulatedServer.Start start =
          new SimulatedServer.Start(
              directory.identify(id, rng.split("incarnation " + boots).next() >>> 1),
              told,
              rng,
              boots);
      SimulatedServer server = SimulatedServer.open(cluster, this, directory, started, start);
      knownLog = server.log();
      consensus = server.consensus();
      Kernel opened = server.kernel();
      kernel = opened;
      cluster.invariants().recovered(this, opened.published().state());
      var _ = opened.start();
      opened.departed().thenRun(() -> departed(started));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
    cluster.reached().count(power ? "power cuts" : "kills");
    cluster.reached().add("engines that lost commits", directory.processDied(power, rng));
    close();
    cluster.network().died(id, !power);
  }

  /** Cuts the power in the middle of one of the next few things the disk is asked to do. */
  public void crashWithin(int operations) {
    MemberLife running = life;
    if (running == null) {
      return;
    }
    powerCut.within(
        operations,
        () -> {
          running.kill();
          log.ended();
          cluster.reached().count("power cuts within a write or sync");
        },
        () -> {
          if (life == running) {
            crash(true);
          }
        },
        () -> {
          if (life == running && running.isAlive()) {
            crash(true);
          }
        });
  }

  /** Takes away whatever ails the member, and starts it unless it was removed. */
  public void repair() {
    disk().health(SimulatedDisk.Health.GOOD);
    disk().room(-1);
    powerCut.callOff();
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
      Consensus running = consensus;
      try {
        if (isUp() && running != null) {
          standing.look(running);
        }
      } catch (Broken broken) {
        cluster.found(broken);
      }
    }

    @Override
    public void ended(String what, Throwable cause) {
      SimulatedMember.this.ended(new LastWords(what, cause));
    }
  }

  /**
   * The process ended itself. That is right after an error of the disk, and a finding otherwise.
   */
  private void ended(LastWords words) {
    if (words.cause() instanceof Broken broken) {
      cluster.found(broken);
      return;
    }
    refused = hasForgotten() && words.sayThatItHasForgotten();
    boolean disksFault =
        words.blameTheDisk() && (disk().failures() > failuresAtStart || isDamaged());
    if (!refused && (!disksFault || !mayFail)) {
      cluster.found(new Broken("stop", name + " ended itself: " + words.what(), words.cause()));
      return;
    }
    cluster
        .reached()
        .count(
            refused
                ? directory.isWiped()
                    ? "wiped members that were refused"
                    : "older copies that were refused"
                : "members that stopped because of their disk");
    if (words.sayThatOthersRefuseIt() && disk().failures() == failuresAtStart) {
      directory.remembersRefusal(); // It has made a note of that.
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

  private void logged(String message, EventLog.Field... fields) {
    cluster.reached().count("log: " + message);
    if (message.equals("opened the log") && !isDamaged()) {
      standing.recovered(fields);
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

  long callingOperation() {
    return callingOperation;
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

  @Override
  public String toString() {
    return name;
  }
}
