// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.lease;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.request.Proposer;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Probe;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.store.HeaderResult;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Proposes to revoke leases that are past their deadline, at etcd's pace.
 *
 * <p>A revoke that fails is not repeated at once: the clock hands the lease out again after the
 * request timeout, if it is still there.
 */
@OnLane("lease")
final class LeaseExpiry {
  /** How often the clock is asked. */
  static final int PASS_MILLIS = 500;

  /** How many leases one pass takes. */
  static final int LEASES_PER_PASS = 500;

  /** How many revokes are under way at once. */
  static final int OUTSTANDING_MAX = 16;

  /** The probe's site where a revoke is proposed long after it was decided. */
  static final String REVOKE_LATE = "lease.revoke-late";

  private final LeaseClock clock;
  private final Proposer proposer;
  private final Scheduler scheduler;
  private final Lane lane;
  private final long retryMillis;
  private final Probe probe;
  // At most LEASES_PER_PASS: a pass takes only what fits.
  private final ArrayDeque<Long> backlog = new ArrayDeque<>();
  private long backlogTerm;
  private int outstanding;
  private Scheduler.@Nullable Cancellable nextPass;
  private boolean stopped;

  LeaseExpiry(
      LeaseClock clock,
      Proposer proposer,
      Scheduler scheduler,
      Lane lane,
      long retryMillis,
      Probe probe) {
    this.clock = clock;
    this.proposer = proposer;
    this.scheduler = scheduler;
    this.lane = lane;
    this.retryMillis = retryMillis;
    this.probe = probe;
  }

  /** Begins to make passes. */
  void start() {
    if (!stopped) {
      nextPass = scheduler.after(PASS_MILLIS * 1_000_000L, lane, this::pass);
    }
  }

  /** Makes no more passes; revokes under way go on. */
  void stop() {
    stopped = true;
    backlog.clear();
    if (nextPass != null) {
      nextPass.cancel();
    }
  }

  private void pass() {
    start();
    long term = clock.term();
    if (term != backlogTerm) {
      backlog.clear();
      backlogTerm = term;
    }
    List<Long> due = clock.takeDue(LEASES_PER_PASS - backlog.size(), retryMillis);
    backlog.addAll(due);
    propose();
  }

  private void propose() {
    while (outstanding < OUTSTANDING_MAX) {
      @Nullable Long id = backlog.poll();
      if (id == null) {
        return;
      }
      // The term was read before the lease was taken, so it is never newer than the decision.
      Command.@Nullable LeaseRevoke revoke = clock.revokeIfDue(id, backlogTerm);
      if (revoke != null) {
        outstanding++;
        if (probe.hit(REVOKE_LATE)) {
          // Until then somebody else may lead; the term of the decision is what protects the lease.
          scheduler.after(lateNanos(), lane, () -> propose(revoke));
        } else {
          propose(revoke);
        }
      }
    }
  }

  /** Half the time after which the clock would hand the lease out again. */
  private long lateNanos() {
    return TimeUnit.MILLISECONDS.toNanos(retryMillis) / 2;
  }

  private void propose(Command.LeaseRevoke revoke) {
    CompletionStage<HeaderResult> outcome = proposer.propose(revoke);
    // A refusal needs nothing done: the lease is gone, or the term is over, or the clock hands it
    // out again. So both outcomes only make room.
    outcome.whenComplete((result, failure) -> lane.execute(this::ended));
  }

  private void ended() {
    outstanding--;
    if (!stopped) {
      propose();
    }
  }
}
