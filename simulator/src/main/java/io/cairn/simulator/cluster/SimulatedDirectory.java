// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.cluster;

import io.cairn.kernel.directory.MemberDirectory;
import io.cairn.kernel.directory.MemberIdentity;
import io.cairn.kernel.state.Tables;
import io.cairn.simulator.engines.Engines;
import io.cairn.simulator.engines.Storage;
import io.cairn.simulator.environment.EventQueue;
import io.cairn.simulator.environment.SimulatedDisk;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A member's directory, which outlives its processes: files and engines, and what befalls them
 * while no process runs.
 */
@OnLane("simulation")
final class SimulatedDirectory {
  /** So much of a segment is written that later records cover its beginning. */
  private static final int COVERED_BYTES = 4_000;

  private final String name;
  private final EventQueue queue;
  private final Storage storage;
  private final SimulatedDisk disk;

  /** What a folder on the disk stands for. One that is not on the disk is of no account. */
  private Engines engines;

  private @Nullable Copy copy;
  private boolean damaged;
  private boolean wiped;
  private boolean rolledBack;

  /** How often a process may still be started on an older copy. */
  private long startsOnCopy;

  /**
   * What was in it while no process ran.
   *
   * @param boot how often a process had been started
   */
  private record Copy(SimulatedDisk.Copy files, Engines engines, long boot) {}

  SimulatedDirectory(String name, EventQueue queue, Storage storage, Rng rngOfDisk) {
    this.name = name;
    this.queue = queue;
    this.storage = storage;
    this.disk = new SimulatedDisk(queue, rngOfDisk);
    this.engines = storage.onNewDisk(queue, Tables.ALL);
  }

  SimulatedDisk disk() {
    return disk;
  }

  /**
   * Reads or makes the directory, as a server does when it starts.
   *
   * @param incarnation of one that is made now
   */
  MemberIdentity identify(long member, long incarnation) throws IOException {
    disk.createDirectories(MemberDirectory.MEMBER);
    MemberDirectory directory = new MemberDirectory(disk, name);
    Optional<MemberIdentity> found = directory.read();
    return found.isPresent()
        ? directory.boot(found.get(), storage.name())
        : directory.create(storage.name(), SimulatedCluster.CLUSTER_ID, member, incarnation);
  }

  /** A folder with an engine in it; the file stands for all that the engine would have there. */
  StorageEngine openEngine(String folder) {
    String file = folder + "/ENGINE";
    try {
      if (!disk.exists(file)) {
        disk.create(file).close();
        disk.syncDirectory(folder);
        engines.clear(folder);
      }
    } catch (IOException e) {
      throw new StorageException.Failed("cannot make an engine in '" + folder + "'", e);
    }
    return engines.open(folder);
  }

  /**
   * The process that had everything open is no more.
   *
   * @param power whether the disk loses power, too
   * @return how many engines have lost commits
   */
  int processDied(boolean power, Rng rng) {
    if (power) {
      disk.powerFailed();
    } else {
      disk.processDied();
    }
    return engines.processDied(rng);
  }

  /**
   * Turns a bit of the log over, in a place that later records cover.
   *
   * @param logDirectory the folder that the log lies in
   * @return whether there was such a place
   */
  boolean rot(String logDirectory, int perMille) {
    for (String segment : disk.paths()) {
      long used = disk.usedBytes(segment);
      if (segment.startsWith(logDirectory) && used > COVERED_BYTES) {
        damaged = true;
        disk.rot(segment, used / 3 * perMille / 1000, perMille % 8);
        return true;
      }
    }
    return false;
  }

  /** Empties it: the next process begins anew, as if it were new. */
  void wipe() {
    damaged = true;
    wiped = true;
    disk.wipe();
    engines = storage.onNewDisk(queue, Tables.ALL);
  }

  /** Somebody copies it. */
  void copyAway() {
    copy = new Copy(disk.copy(), engines.copy(), boot());
  }

  private long boot() {
    try {
      return new MemberDirectory(disk, name).read().map(MemberIdentity::boot).orElse(0L);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Whether putting the copy in its place would be noticed: others know for good that a process has
   * been started since, and then some.
   *
   * @param bootsKnown how often a process has been started, as all others know
   */
  boolean couldRollBack(long bootsKnown) {
    Copy older = copy;
    return older != null && older.boot() > 0 && bootsKnown - older.boot() - 1 > 0;
  }

  /**
   * Puts the copy in its place. A process is started so often on it only that others still can tell
   * that it is one, until it has been told so, which it must remember itself.
   */
  void rollBack(long bootsKnown) {
    Copy older = copy;
    if (older == null) {
      throw new IllegalStateException("nobody has copied the directory of " + name);
    }
    startsOnCopy = bootsKnown - older.boot() - 1;
    damaged = true;
    rolledBack = true;
    disk.restore(older.files());
    engines = older.engines().copy();
  }

  /** Whether a process may be started on it; counts those on an older copy. */
  boolean mayStart() {
    return !rolledBack || startsOnCopy-- > 0;
  }

  /** What it holds now remembers that others refuse it. */
  void remembersRefusal() {
    startsOnCopy = Long.MAX_VALUE;
  }

  boolean isWiped() {
    return wiped;
  }

  boolean isRolledBack() {
    return rolledBack;
  }

  /** Whether bytes that had been durable are no longer what was written. */
  boolean isDamaged() {
    return damaged;
  }
}
