// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.environment.OnLane;
import java.util.TreeMap;

/**
 * Says how much of the log may go: nothing that the state machine could still need (C10), and while
 * there are other members not what one that lags a little, or is being sent a state, will need
 * next.
 */
@OnLane("raft")
final class LogCutting {
  /**
   * What stays in the log for others, though this member does not need it any more.
   *
   * @param entries so many applied entries, as long as they have no more than so many bytes
   * @param bytes the bound for entries that other members may need
   * @param bytesWhileSending the same while a state is on its way to one of them, after which it
   *     needs what came since
   * @param memoryBytes how many bytes of applied entries stay in memory for followers
   */
  record Kept(long entries, long bytes, long bytesWhileSending, int memoryBytes) {
    /** As many entries as etcd keeps. */
    static final Kept STANDARD = new Kept(5000, 64 << 20, 512 << 20, 16 << 20);
  }

  private final RaftCore core;
  private final StateMachine machine;
  private final LogWork log;
  private final Work work;
  private final Kept kept;

  // For each member that is being sent a state: from where on it will need entries, at most. As
  // many as there are members.
  private final TreeMap<Long, Long> pinned = new TreeMap<>();

  /** What the log was asked for last, and what it held then. */
  private Asked asked = new Asked(new LogWork.Cut(0, 0, 0), 0, 0);

  /** While all of this is the same, so is the answer: an idle member need not wake its log lane. */
  private record Asked(LogWork.Cut cut, long lastIndex, long term) {}

  LogCutting(RaftCore core, StateMachine machine, LogWork log, Work work, Kept kept) {
    this.core = core;
    this.machine = machine;
    this.log = log;
    this.work = work;
    this.kept = kept;
  }

  /** A state is sent to a member, whose next entry will come after those applied now. */
  void pin(long member) {
    pinned.putIfAbsent(member, core.applied());
  }

  /** Sending has ended. */
  void unpin(long member) {
    pinned.remove(member);
  }

  void tick() {
    Configuration inForce = core.configuration();
    long may = Math.min(machine.durableIndex(), core.applied());
    long should = may;
    if (!inForce.isAlone(core.self())) {
      should = Math.min(should, core.applied() - kept.entries);
      for (Configuration.Member member : inForce.members()) {
        long match = core.matchOf(member.id());
        should = match == 0 ? should : Math.min(should, match);
      }
    }
    for (long index : pinned.values()) {
      should = Math.min(should, index);
    }
    long bytesMax = pinned.isEmpty() ? kept.bytes : kept.bytesWhileSending;
    LogWork.Cut cut = new LogWork.Cut(may, should, bytesMax);
    Asked now = new Asked(cut, core.lastIndex(), core.role().term());
    if (!now.equals(asked)) {
      asked = now;
      work.onLog(() -> log.cut(cut, inForce));
    }
  }
}
