// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects.RoleKind;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.environment.OnLane;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The one transfer of leadership that may be under way. */
@OnLane("raft")
final class Transfers {
  private record Pending(long to, long deadline, CompletableFuture<Void> answer) {}

  private final RaftCore core;
  private final long timeoutNanos;
  private @Nullable Pending pending;
  private boolean handingOver;
  private long stopDeadline;

  Transfers(RaftCore core, long timeoutNanos) {
    this.core = core;
    this.timeoutNanos = timeoutNanos;
  }

  /** Takes a request; whether the core is to begin with it. A newer one ends an older one. */
  boolean begin(Requests.Transfer asked, long now) {
    if (core.role().kind() != RoleKind.LEADER) {
      refuse(asked.answer(), "this member does not lead");
      return false;
    }
    if (!core.configuration().isVoter(asked.to())) {
      refuse(asked.answer(), "member " + Long.toHexString(asked.to()) + " is no voter");
      return false;
    }
    if (asked.to() == core.self()) {
      asked.answer().complete(null);
      return false;
    }
    giveUp();
    pending = new Pending(asked.to(), now + timeoutNanos, asked.answer());
    return true;
  }

  /**
   * The member is about to stop: hands leadership to the voter that has acknowledged most.
   *
   * @return that voter, or 0 if there is nothing to hand over or nobody to take it
   */
  long beginToStop(long now) {
    if (core.role().kind() != RoleKind.LEADER) {
      return 0;
    }
    long successor = 0;
    for (Configuration.Member member : core.configuration().members()) {
      if (member.id() != core.self()
          && !member.learner()
          && (successor == 0 || core.matchOf(member.id()) > core.matchOf(successor))) {
        successor = member.id();
      }
    }
    stopDeadline = now + timeoutNanos;
    handingOver = successor != 0;
    return successor;
  }

  /** Whether stopping has to wait until another leads, or it has taken too long. */
  boolean holdsStop(long now) {
    long leader = core.role().leader();
    handingOver &= (leader == 0 || leader == core.self()) && stopDeadline - now > 0;
    return handingOver;
  }

  void leaderIs(long leader) {
    Pending waiting = pending;
    if (waiting != null && leader == waiting.to) {
      pending = null;
      waiting.answer.complete(null);
    }
  }

  void expire(long now) {
    Pending waiting = pending;
    if (waiting != null && waiting.deadline - now <= 0) {
      giveUp();
    }
  }

  void giveUp() {
    Pending waiting = pending;
    if (waiting != null) {
      pending = null;
      waiting.answer.completeExceptionally(
          new ConsensusException(
              ConsensusException.Kind.TIMED_OUT, "the other member did not take over in time"));
    }
  }

  private static void refuse(CompletableFuture<Void> answer, String reason) {
    answer.completeExceptionally(
        new ConsensusException(ConsensusException.Kind.TRANSFER_REFUSED, reason));
  }
}
