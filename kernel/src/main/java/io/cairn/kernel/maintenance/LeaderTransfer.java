// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import io.cairn.kernel.request.Answers;
import io.cairn.kernel.request.Standing;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Hands leadership from this member to another. */
@ThreadSafe
final class LeaderTransfer {
  private static final Reason TOO_LONG = new Reason.TimedOut(Reason.TimedOut.Cause.LEADER_TRANSFER);

  private final Standing standing;
  private final Consensus consensus;

  LeaderTransfer(Standing standing, Consensus consensus) {
    this.standing = standing;
    this.consensus = consensus;
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
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
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
