// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.kernel.cluster.MemberIds;
import io.cairn.kernel.cluster.PeerHealth;
import io.cairn.kernel.request.Answers;
import io.cairn.kernel.request.Standing;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.consensus.ConsensusStatus;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Hands leadership from this member to another. */
@ThreadSafe
final class LeaderTransfer {
  private static final Reason TOO_LONG = new Reason.TimedOut(Reason.TimedOut.Cause.LEADER_TRANSFER);

  private final Standing standing;
  private final Consensus consensus;
  private final PeerHealth health;
  private final EventLog log;

  LeaderTransfer(Standing standing, Consensus consensus, PeerHealth health, EventLog log) {
    this.standing = standing;
    this.consensus = consensus;
    this.health = health;
    this.log = log;
  }

  /**
   * Gives leadership away before this member stops, to whichever connected voter holds most of the
   * log. Completes at once if this member does not lead or nobody is there to take over.
   */
  CompletionStage<Void> away() {
    ConsensusStatus status = consensus.status();
    if (!standing.leadership().self()) {
      log.info("skipped leadership transfer; local server is not leader");
      return CompletableFuture.completedFuture(null);
    }
    if (status.configuration().voters().size() == 1) {
      log.info("skipped leadership transfer for single voting member cluster");
      return CompletableFuture.completedFuture(null);
    }
    Long successor =
        status.configuration().voters().stream()
            .filter(voter -> voter != standing.memberId())
            .filter(voter -> health.connectedNanos(voter) != PeerHealth.DISCONNECTED)
            .max(Comparator.comparingLong(consensus::acknowledgedIndex))
            .orElse(null);
    if (successor == null) {
      log.warn("skipped leadership transfer; no other voting member is connected");
      return CompletableFuture.completedFuture(null);
    }
    log.info(
        "leadership transfer starting",
        field("local-member-id", MemberIds.text(standing.memberId())),
        field("transferee-member-id", MemberIds.text(successor)));
    return consensus
        .transferLeadership(successor)
        .thenRun(() ->
            log.info(
                "leadership transfer finished",
                field("former-leader-member-id", MemberIds.text(standing.memberId())),
                field("current-leader-member-id", MemberIds.text(successor))));
  }

  /** Completes when {@code target} leads; fails when the call ends before. */
  CompletableFuture<Void> to(long target, Caller.Call call) {
    if (!standing.leadership().self()) {
      return Answers.refused(new Reason.NotLeader());
    }
    if (!consensus.status().configuration().isVoter(target)) {
      return Answers.refused(new Reason.BadLeaderTransferee());
    }
    if (target == standing.memberId()) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> answer = new CompletableFuture<>();
    call.onEnd(() -> answer.completeExceptionally(new StoreException(TOO_LONG)));
    var _ =
        consensus
            .transferLeadership(target)
            .whenComplete((done, failure) -> {
              if (failure == null) {
                answer.complete(null);
              } else {
                answer.completeExceptionally(new StoreException(reasonOf(failure)));
              }
            });
    return answer;
  }

  private static Reason reasonOf(Throwable failure) {
    Throwable cause = Answers.cause(failure);
    if (!(cause instanceof ConsensusException refused)) {
      return new Reason.Internal(cause.toString());
    }
    return switch (refused.kind()) {
      case TIMED_OUT -> TOO_LONG;
      case TRANSFER_REFUSED -> new Reason.BadLeaderTransferee();
      case LEADER_CHANGED -> new Reason.LeaderChanged();
      case STOPPED -> new Reason.Stopped();
      case LOG -> new Reason.Internal(refused.toString());
    };
  }
}
