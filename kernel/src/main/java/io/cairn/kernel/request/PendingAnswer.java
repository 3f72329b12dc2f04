// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.request;

import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A proposal under way and the answer that its caller waits for: one object, because every write
 * makes one. Applying sets the outcome; the answer leaves only after the state that holds it is
 * published.
 *
 * @param <R> the answer
 */
public class PendingAnswer<R> extends CompletableFuture<R> implements Proposal {
  private final Bytes payload;
  private final @Nullable Suspicion suspicion;
  // Owned by the apply lane until answer().
  private @Nullable Object outcome;

  /** Will carry {@code payload} into the log. */
  public PendingAnswer(Bytes payload) {
    this(payload, null);
  }

  /** The same, with somebody who knows what may lie behind a timeout. */
  PendingAnswer(Bytes payload, @Nullable Suspicion suspicion) {
    this.payload = payload;
    this.suspicion = suspicion;
  }

  @Override
  public final Bytes payload() {
    return payload;
  }

  /** Keeps the result for {@link #answer}. Apply lane only; the result must be an {@code R}. */
  public final void succeed(Object result) {
    outcome = result;
  }

  /** Keeps a refusal for {@link #answer}. Apply lane only. */
  public final void refuse(StoreException refusal) {
    outcome = refusal;
  }

  /** Completes the stage with what was kept. Apply lane only, after publishing. */
  @SuppressWarnings("unchecked") // Whoever applies a command makes the result that belongs to it.
  public final void answer() {
    Object kept = outcome;
    outcome = null;
    switch (kept) {
      case null -> throw new InvariantViolation("a proposal was applied without an outcome");
      case StoreException refusal -> completeExceptionally(refusal);
      default -> complete((R) kept);
    }
  }

  @Override
  public final void dropped(DropReason reason) {
    completeExceptionally(new StoreException(reasonOf(reason, suspicion)));
  }

  /** What a caller is told about a proposal that did not come back. */
  private static Reason reasonOf(DropReason reason, @Nullable Suspicion suspicion) {
    return switch (reason) {
      case OVERLOADED -> new Reason.TooManyRequests();
      case CHANGE_REFUSED, DROPPED -> new Reason.ProposalDropped();
      // Definitely without effect, but etcd's clients know no better word for a lost leader.
      case REPLACED -> new Reason.TimedOut(Reason.TimedOut.Cause.LEADER_FAILURE);
      case NO_LEADER -> new Reason.DeadlineExceeded();
      case STOPPED -> new Reason.Stopped();
      case TIMED_OUT ->
          new Reason.TimedOut(suspicion == null ? Reason.TimedOut.Cause.NONE : suspicion.cause());
    };
  }
}
