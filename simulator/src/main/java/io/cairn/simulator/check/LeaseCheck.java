// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.check;

import io.cairn.kernel.command.Command;
import io.cairn.simulator.history.LeasePromise;
import io.cairn.simulator.history.LogEntry;
import io.cairn.spi.environment.OnLane;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether leases lived as long as was promised, and not much longer.
 *
 * <p>A grant or a keep-alive that was answered promises the time to live from the moment it was
 * asked for: no member can have begun to count before. Only time makes a leader end a lease, so an
 * expiry in the log, recognized by the term of its decision, must not come before the last promise
 * is over. Times are true times; clocks that differ by up to a rate are given that much.
 */
@OnLane("owner")
public final class LeaseCheck {
  private static final double NANOS_PER_SECOND = 1e9;

  private LeaseCheck() {}

  /**
   * Checks all leases of a run.
   *
   * @param clockRateMax how much faster than true time a clock may go, such as 1.1
   */
  public static List<Violation> run(
      List<LogEntry> log, List<LeasePromise> promises, double clockRateMax) {
    List<Violation> violations = new ArrayList<>();
    Map<Long, List<LeasePromise>> byLease = new TreeMap<>();
    for (LeasePromise promise : promises) {
      byLease.computeIfAbsent(promise.lease(), _ -> new ArrayList<>()).add(promise);
    }
    Map<Long, LogEntry> granted = new TreeMap<>();
    for (LogEntry entry : log) {
      if (entry.command() instanceof Command.LeaseGrant grant) {
        granted.putIfAbsent(grant.id(), entry);
      } else if (entry.command()
          instanceof Command.LeaseRevoke(long id, long decidedInTerm, long grantIndex)) {
        boolean expires = decidedInTerm != 0 && decidedInTerm == entry.term();
        LogEntry grant = granted.get(id);
        if (expires && grant != null && (grantIndex == 0 || grantIndex == grant.index())) {
          granted.remove(id);
          checkExpiry(
              entry,
              grant.appliedNanos(),
              byLease.getOrDefault(id, List.of()),
              clockRateMax,
              violations);
        } else if (decidedInTerm == 0) {
          granted.remove(id);
        }
      }
    }
    return violations;
  }

  private static void checkExpiry(
      LogEntry expiry,
      long grantedNanos,
      List<LeasePromise> promises,
      double clockRateMax,
      List<Violation> violations) {
    for (LeasePromise promise : promises) {
      // Another lease may have had the id before; only what was asked since is about this one.
      boolean about =
          promise.grant()
              ? promise.returnedNanos() >= grantedNanos
              : promise.calledNanos() >= grantedNanos;
      if (!about) {
        continue;
      }
      // A promise heard after the end was made before it; it was a promise all the same, but only
      // one that had been heard before the end can have been relied on.
      long until =
          promise.calledNanos() + (long) (promise.ttlSeconds() * NANOS_PER_SECOND / clockRateMax);
      if (promise.returnedNanos() < expiry.appliedNanos() && expiry.appliedNanos() < until) {
        violations.add(
            new Violation(
                "L",
                "lease expired at "
                    + expiry.appliedNanos()
                    + " ns in entry "
                    + expiry.index()
                    + ", promised until "
                    + until
                    + " ns by "
                    + promise));
      }
    }
  }
}
