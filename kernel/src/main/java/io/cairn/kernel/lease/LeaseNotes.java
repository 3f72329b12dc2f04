// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.lease;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.command.Command.LeaseCheckpoint.Remaining;
import io.cairn.kernel.request.Proposer;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Scheduler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Notes in the log, every five minutes, what long leases have left, so that a later leader does not
 * give them all their time anew. At most a thousand leases per entry, and one entry per second.
 */
@OnLane("lease")
final class LeaseNotes {
  /** How often notes are made, and of which leases: those that live on for that long. */
  static final long INTERVAL_SECONDS = 300;

  /** How many leases one entry holds. */
  static final int LEASES_PER_ENTRY = 1000;

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final LeaseClock clock;
  private final Proposer proposer;
  private final Scheduler scheduler;
  private final Lane lane;
  // As many as there are leases, for as many seconds as there are thousands of them.
  private final ArrayDeque<Long> backlog = new ArrayDeque<>();
  private long backlogTerm;
  private Scheduler.@Nullable Cancellable next;

  LeaseNotes(LeaseClock clock, Proposer proposer, Scheduler scheduler, Lane lane) {
    this.clock = clock;
    this.proposer = proposer;
    this.scheduler = scheduler;
    this.lane = lane;
  }

  void start() {
    next = scheduler.after(INTERVAL_SECONDS * NANOS_PER_SECOND, lane, this::begin);
  }

  void stop() {
    backlog.clear();
    if (next != null) {
      next.cancel();
    }
  }

  private void begin() {
    backlogTerm = clock.term();
    List<Long> ids = clock.idsByDeadline();
    backlog.addAll(ids == null ? List.of() : ids);
    write();
  }

  private void write() {
    if (clock.term() != backlogTerm) {
      backlog.clear();
    }
    List<Long> ids = new ArrayList<>();
    while (ids.size() < LEASES_PER_ENTRY && !backlog.isEmpty()) {
      ids.add(backlog.remove());
    }
    // Who renews a lease after this takes the note back, on this lane and so behind it in the log.
    List<Remaining> leases = clock.note(ids, INTERVAL_SECONDS);
    if (!leases.isEmpty()) {
      // A note that fails is made anew in five minutes.
      var _ = proposer.propose(new Command.LeaseCheckpoint(leases));
    }
    if (backlog.isEmpty()) {
      start();
    } else {
      next = scheduler.after(NANOS_PER_SECOND, lane, this::write);
    }
  }
}
