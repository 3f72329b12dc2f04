// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.peer;

import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.request.Answers;
import io.cairn.kernel.request.Standing;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * Gets something done that only the leader can do: here if this member leads, else by asking the
 * member that does, and again until the request timeout while nobody leads or an answer does not
 * come. So whatever is asked for must bear being done twice.
 */
@ThreadSafe
public final class LeaderOnly {
  /** The pause between two attempts, as in etcd. */
  public static final int PAUSE_MILLIS = 50;

  private static final long NANOS_PER_MILLI = 1_000_000;

  /**
   * Something for the leader to do.
   *
   * @param <R> what comes of it
   */
  public interface Work<R> {
    /**
     * Does it here: completes {@code answer} sooner or later, or runs {@code again} if this member
     * leads no more.
     */
    void here(CompletableFuture<R> answer, Runnable again);

    /** The question to a leader elsewhere. */
    PeerRequest request();

    /**
     * What the leader's answer comes to; may fail with {@link StoreException}.
     *
     * @throws IllegalArgumentException if that is no answer to the question
     */
    CompletableFuture<R> elsewhere(PeerAnswer answer);
  }

  /**
   * What this stands on.
   *
   * @param leads whether this member is ready to do it
   * @param lane where attempts are repeated
   */
  public record Parts(
      KernelOptions options,
      BooleanSupplier leads,
      Standing standing,
      PeerCalls calls,
      Scheduler scheduler,
      Lane lane,
      TimeSource time) {}

  private final Parts parts;
  private final TimeSource time;
  private final long timeoutNanos;
  private final long attemptNanos;
  // Set once by whoever stops the kernel; attempts look at it when they begin.
  private volatile boolean stopped;

  /** Gets things done with {@code parts}. */
  public LeaderOnly(Parts parts) {
    this.parts = parts;
    this.time = parts.time();
    KernelOptions options = parts.options();
    this.timeoutNanos = options.requestTimeoutMillis() * NANOS_PER_MILLI;
    // A leader that has hung does not use up the time in which the next one could answer. It may
    // wait a second for what is committed to be applied.
    this.attemptNanos = (2L * options.electionMillis() + 1000) * NANOS_PER_MILLI;
  }

  /** Begins with it now. */
  public <R> CompletableFuture<R> run(Caller caller, Work<R> work) {
    CompletableFuture<R> answer = new CompletableFuture<>();
    attempt(answer, caller, work, time.nanos() + timeoutNanos);
    return answer;
  }

  /** Refuses everything that is waiting when it next looks. */
  public void stop() {
    stopped = true;
  }

  private <R> void attempt(
      CompletableFuture<R> answer, Caller caller, Work<R> work, long untilNanos) {
    if (stopped) {
      refuse(answer, new Reason.Stopped());
      return;
    }
    if (caller.call().ended()) {
      refuse(answer, new Reason.CallCanceled());
      return;
    }
    Runnable again = () -> again(answer, caller, work, untilNanos);
    if (parts.leads().getAsBoolean()) {
      work.here(answer, again);
      return;
    }
    Leadership leadership = parts.standing().leadership();
    if (leadership.leader() == 0 || leadership.self()) {
      again.run();
      return;
    }
    var _ =
        parts
            .calls()
            .ask(
                leadership.leader(),
                work.request(),
                Math.min(attemptNanos, Math.max(untilNanos - time.nanos(), 1)))
            .whenComplete((answered, failure) -> {
              if (failure == null) {
                take(answered, answer, work, again);
              } else {
                again.run();
              }
            });
  }

  private static <R> void take(
      PeerAnswer answered, CompletableFuture<R> answer, Work<R> work, Runnable again) {
    switch (answered) {
      case PeerAnswer.Refused(Reason reason) -> refuse(answer, reason);
      case PeerAnswer.NotNow() -> again.run();
      case PeerAnswer.KeptAlive _, PeerAnswer.TimeToLive _, PeerAnswer.Promoted _ ->
          Answers.relay(result(answered, work), answer);
    }
  }

  private static <R> CompletableFuture<R> result(PeerAnswer answered, Work<R> work) {
    try {
      return work.elsewhere(answered);
    } catch (IllegalArgumentException mistaken) {
      return Answers.refused(new Reason.Internal(mistaken.toString()));
    }
  }

  private <R> void again(
      CompletableFuture<R> answer, Caller caller, Work<R> work, long untilNanos) {
    if (time.nanos() - untilNanos >= 0) {
      refuse(
          answer,
          parts.standing().leadership().leader() == 0
              ? new Reason.NoLeader()
              : new Reason.TimedOut(Reason.TimedOut.Cause.NONE));
      return;
    }
    parts
        .scheduler()
        .after(
            PAUSE_MILLIS * NANOS_PER_MILLI,
            parts.lane(),
            () -> attempt(answer, caller, work, untilNanos));
  }

  private static void refuse(CompletableFuture<?> answer, Reason reason) {
    answer.completeExceptionally(new StoreException(reason));
  }
}
