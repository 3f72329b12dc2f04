// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Effects;
import io.cairn.consensusraft.core.Effects.RoleKind;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.TimeSource;

/**
 * Decides what waits for what, while there are other members; above all whether proposals of a
 * leader wait for the end of the round that is under way.
 *
 * <p>A round (entries to all members, their syncs, their answers) costs every member some ten
 * wake-ups, whatever is in it. Near members answer before many proposals have come, so that sending
 * each proposal as it comes makes many small rounds that fill the machines with wake-ups and each
 * other's way: everybody waits longer than if one round went after the other. Far members answer
 * late, a round is large by itself, and waiting for it would only add to the delay; there rounds
 * overlap. So proposals wait while rounds are short.
 */
@OnLane("raft")
final class Gathering {
  /** Rounds that take longer overlap. */
  private static final long ROUND_NANOS_MAX = 20_000_000;

  private final RaftCore core;
  private final TimeSource time;

  /** The last entry of the round that is measured, or 0 if none is under way. */
  private long last;

  private long beganNanos;
  private long latestNanos;

  Gathering(RaftCore core, TimeSource time) {
    this.core = core;
    this.time = time;
  }

  /** Takes note of a step. */
  void stepped(Effects effects) {
    if (effects.role().kind() != RoleKind.LEADER) {
      last = 0;
      latestNanos = 0;
      return;
    }
    if (last != 0 && effects.role().commit() >= last) {
      latestNanos = time.nanos() - beganNanos;
      last = 0;
    }
    if (last == 0 && effects.role().commit() < core.lastIndex()) {
      last = core.lastIndex();
      beganNanos = time.nanos();
    }
  }

  /**
   * What the lane need not come for, as a set of {@link Inbox.Wait}.
   *
   * @param nothingHeld no message waits to become durable
   */
  int waits(boolean nothingHeld) {
    int waits = 0;
    if (!core.awaitsApplied()) {
      waits |= Inbox.Wait.FOR_ANYTHING.bit();
    }
    if (nothingHeld && !core.awaitsPersisted()) {
      waits |= Inbox.Wait.FOR_ANSWERS.bit();
    }
    if (core.isReading()) {
      waits |= Inbox.Wait.FOR_READS.bit();
    }
    if (holds()) {
      waits |= Inbox.Wait.FOR_ROUND.bit();
    }
    return waits;
  }

  /** Whether what is proposed now waits. */
  boolean holds() {
    return last != 0
        && core.role().commit() < core.lastIndex()
        && latestNanos <= ROUND_NANOS_MAX
        && time.nanos() - beganNanos <= ROUND_NANOS_MAX;
  }
}
