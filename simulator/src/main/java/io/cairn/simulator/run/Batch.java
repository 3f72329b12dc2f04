// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.run;

import io.cairn.spi.environment.OnLane;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The outcomes of many runs, added up. */
@OnLane("owner")
public final class Batch {
  /**
   * What must come about in every batch of a few hundred seeds: a fault that never happens, or a
   * path that is never taken, tests nothing.
   */
  public static final List<String> MUST_REACH =
      List.of(
          "alarms ended",
          "alarms raised",
          "bits turned over",
          "call Compact ok",
          "call Delete ok",
          "call Grant ok",
          "call KeepAlive ok",
          "call Put ok",
          "call Put unknown",
          "call Range ok",
          "call Revoke ok",
          "call Txn ok",
          "changes applied",
          "compactions during an install",
          "connections broken",
          "defragmentations",
          "directories rolled back",
          "directories wiped",
          "engines that lost commits",
          "entries of an older term applied",
          "events of watches checked",
          "fault bad-disk",
          "fault alarm",
          "fault break",
          "fault change",
          "fault clock",
          "fault full-disk",
          "fault kill",
          "fault partition",
          "fault pause",
          "fault power",
          "fault slow-disk",
          "fault transfer",
          "fault wires",
          "kills",
          "leaders elected",
          "log: cut off the torn end of the log",
          "log: cut the log",
          "leases expired",
          "leases expired under a later leader",
          "leases promised",
          "members added",
          "members that stopped because of their disk",
          "messages late from a broken connection",
          "messages lost",
          "messages overtaken",
          "messages repeated",
          "older copies that were refused",
          "power cuts",
          "power cuts during a sync",
          "power cuts within a write or sync",
          "probe apply.decode-again",
          "probe lease.revoke-late",
          "promotions",
          "removals",
          "removed members that stopped",
          "search ok",
          "states installed",
          "wiped members that were refused",
          "watches cancelled by compaction",
          "watches from the oldest revision",
          "watches resumed",
          "writes torn");

  /**
   * At most one of so many components may stay undecided, rounded up in favour of small batches.
   */
  private static final long UNDECIDED_ONE_IN = 50;

  /** After so many runs most of what is hot has been compiled. */
  private static final int WARM_UP_RUNS = 60;

  private final Map<String, Long> reached = new TreeMap<>();
  private final List<Outcome> failures = new ArrayList<>();
  private final Speed all = new Speed();
  private final Speed warm = new Speed();
  private final Speed warmOfThree = new Speed();

  /** What so much virtual time cost. */
  private static final class Speed {
    private long runs;
    private long events;
    private long virtualNanos;
    private long cpuNanos;

    void add(Outcome outcome, long cost) {
      runs++;
      events += outcome.events();
      virtualNanos += outcome.virtualNanos();
      cpuNanos += cost;
    }

    double virtualPer(long cost) {
      return (double) virtualNanos / Math.max(1, cost);
    }

    double events() {
      return events * 1e9 / Math.max(1, cpuNanos);
    }
  }

  /**
   * Adds a run.
   *
   * @param cpuNanos what its thread has spent on it
   */
  public void add(Outcome outcome, long cpuNanos) {
    all.add(outcome, cpuNanos);
    if (all.runs > WARM_UP_RUNS) {
      warm.add(outcome, cpuNanos);
      if (outcome.plan().members() == 3) {
        warmOfThree.add(outcome, cpuNanos);
      }
    }
    outcome.reached().forEach((situation, times) -> reached.merge(situation, times, Long::sum));
    if (!outcome.isGood()) {
      failures.add(outcome);
    }
  }

  /** Runs that broke a promise. */
  public List<Outcome> failures() {
    return failures;
  }

  /** How many runs there were. */
  public long runs() {
    return all.runs;
  }

  /** How often each situation came about. */
  public Map<String, Long> reached() {
    return reached;
  }

  /** What should have come about and has not. */
  public List<String> unreached() {
    return MUST_REACH.stream().filter(situation -> !reached.containsKey(situation)).toList();
  }

  /**
   * Whether the search of histories gave up more often than once in fifty components: then it says
   * too little to be counted on.
   */
  public boolean leavesTooMuchUndecided() {
    long undecided = reached.getOrDefault("search undecided", 0L);
    long asked = undecided + reached.getOrDefault("search ok", 0L);
    return undecided > Math.ceilDiv(asked, UNDECIDED_ONE_IN);
  }

  /** The batch in one line. */
  public String summary() {
    return "%d seeds, %.2f simulated hours, %d events, %d failures"
        .formatted(all.runs, all.virtualNanos / 3.6e12, all.events, failures.size());
  }

  /**
   * The figures of the batch, line by line.
   *
   * @param processNanos what the process has spent, compiling and collecting included
   */
  public List<String> report(long processNanos) {
    List<String> lines = new ArrayList<>();
    lines.add(summary());
    lines.add(
        "virtual seconds per core-second: %.0f of the process, %.0f of the thread"
            .formatted(all.virtualPer(processNanos), all.virtualPer(all.cpuNanos)));
    if (warm.runs > 0) {
      lines.add(
          "after %d seeds: %.0f virtual seconds and %.0f events per core-second, %.0f and %.0f for three members"
              .formatted(
                  WARM_UP_RUNS,
                  warm.virtualPer(warm.cpuNanos),
                  warm.events(),
                  warmOfThree.virtualPer(warmOfThree.cpuNanos),
                  warmOfThree.events()));
    }
    if (leavesTooMuchUndecided()) {
      lines.add("too many searches were undecided");
    }
    reached.forEach((situation, times) -> lines.add("  %-45s %d".formatted(situation, times)));
    unreached().forEach(situation -> lines.add("  %-45s never".formatted(situation)));
    return lines;
  }
}
