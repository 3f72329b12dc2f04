// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.request;

import io.cairn.kernel.state.Published;
import io.cairn.kernel.state.State;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Finds a state in which everything is visible that was acknowledged before the question. */
@ThreadSafe
public final class ReadBarrier {
  private final Consensus consensus;
  private final Published published;

  /** Asks {@code consensus} and waits on {@code published}. */
  public ReadBarrier(Consensus consensus, Published published) {
    this.consensus = consensus;
    this.published = published;
  }

  /** Such a state if there is one at once, as for a sole voter; else null. */
  public @Nullable State tryPass() {
    long index = consensus.tryReadIndex();
    if (index == Consensus.NO_INDEX) {
      return null;
    }
    State state = published.state();
    return state.appliedIndex() >= index ? state : null;
  }

  /**
   * Such a state, later. Completes on the apply lane or a lane of consensus; fails with {@link
   * StoreException}.
   */
  public CompletableFuture<State> pass() {
    State now = tryPass();
    if (now != null) {
      return CompletableFuture.completedFuture(now);
    }
    CompletableFuture<State> passed = new CompletableFuture<>();
    consensus
        .readIndex()
        .whenComplete((index, failure) -> {
          if (failure != null) {
            passed.completeExceptionally(new StoreException(reasonOf(failure)));
          } else {
            published.whenApplied(index, passed::complete);
          }
        });
    return passed;
  }

  private static Reason reasonOf(Throwable failure) {
    Throwable cause = Answers.cause(failure);
    if (!(cause instanceof ConsensusException refused)) {
      return new Reason.Internal(cause.toString());
    }
    return switch (refused.kind()) {
      case LEADER_CHANGED -> new Reason.LeaderChanged();
      case TIMED_OUT -> new Reason.TimedOut(Reason.TimedOut.Cause.NONE);
      case STOPPED -> new Reason.Stopped();
      case TRANSFER_REFUSED, LOG -> new Reason.Internal(refused.toString());
    };
  }
}
