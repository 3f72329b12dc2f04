// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.lease;

import io.cairn.kernel.request.Standing;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.concurrent.CompletableFuture;

/**
 * Does what only the keeper of the deadlines can do, and waits for this member to become it until
 * the request timeout.
 */
@ThreadSafe
final class LeaderOnly {
  /** The pause between two attempts, as in etcd. */
  static final int PAUSE_MILLIS = 50;

  /** Something to be done by the keeper of the deadlines. */
  @FunctionalInterface
  interface Attempt<R> {
    /**
     * Completes {@code answer} sooner or later, or runs {@code again} if this member leads no more.
     */
    void make(CompletableFuture<R> answer, Runnable again);
  }

  private final LeaseClock clock;
  private final Standing standing;
  private final Scheduler scheduler;
  private final Lane lane;
  private final TimeSource time;
  private final long timeoutNanos;
  // Set once by whoever stops the kernel; attempts look at it when they begin.
  private volatile boolean stopped;

  LeaderOnly(
      LeaseClock clock,
      Standing standing,
      Scheduler scheduler,
      Lane lane,
      TimeSource time,
      int requestTimeoutMillis) {
    this.clock = clock;
    this.standing = standing;
    this.scheduler = scheduler;
    this.lane = lane;
    this.time = time;
    this.timeoutNanos = requestTimeoutMillis * 1_000_000L;
  }

  /** Makes the attempt, now if this member leads. */
  <R> CompletableFuture<R> run(Caller caller, Attempt<R> attempt) {
    CompletableFuture<R> answer = new CompletableFuture<>();
    attempt(answer, caller, attempt, time.nanos() + timeoutNanos);
    return answer;
  }

  /** Refuses everything that is waiting when it next looks. */
  void stop() {
    stopped = true;
  }

  private <R> void attempt(
      CompletableFuture<R> answer, Caller caller, Attempt<R> attempt, long untilNanos) {
    if (stopped) {
      refuse(answer, new Reason.Stopped());
    } else if (caller.call().ended()) {
      refuse(answer, new Reason.CallCanceled());
    } else if (clock.term() != 0) {
      attempt.make(answer, () -> again(answer, caller, attempt, untilNanos));
    } else {
      again(answer, caller, attempt, untilNanos);
    }
  }

  private <R> void again(
      CompletableFuture<R> answer, Caller caller, Attempt<R> attempt, long untilNanos) {
    if (time.nanos() - untilNanos >= 0) {
      refuse(
          answer,
          standing.leadership().leader() == 0
              ? new Reason.NoLeader()
              : new Reason.TimedOut(Reason.TimedOut.Cause.NONE));
      return;
    }
    scheduler.after(
        PAUSE_MILLIS * 1_000_000L, lane, () -> attempt(answer, caller, attempt, untilNanos));
  }

  static void refuse(CompletableFuture<?> answer, Reason reason) {
    answer.completeExceptionally(new StoreException(reason));
  }
}
