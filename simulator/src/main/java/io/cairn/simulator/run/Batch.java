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
          "connections broken",
          "engines that lost commits",
          "entries of an older term applied",
          "events of watches checked",
          "fault bad-disk",
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
          "log: cut the log",
          "leases expired",
          "leases promised",
          "members added",
          "members that stopped because of their disk",
          "messages late from a broken connection",
          "messages lost",
          "messages overtaken",
          "messages repeated",
          "power cuts",
          "power cuts within a write or sync",
          "probe apply.decode-again",
          "promotions",
          "removals",
          "removed members that stopped",
          "search ok",
          "states installed",
          "watches cancelled by compaction",
          "watches resumed");

  private final Map<String, Long> reached = new TreeMap<>();
  private final List<Outcome> failures = new ArrayList<>();
  private long runs;
  private long events;
  private long virtualNanos;

  /** Adds a run. */
  public void add(Outcome outcome) {
    runs++;
    events += outcome.events();
    virtualNanos += outcome.virtualNanos();
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
    return runs;
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
   * The figures of the batch, line by line.
   *
   * @param cpuNanos what it cost
   */
  public List<String> report(long cpuNanos) {
    List<String> lines = new ArrayList<>();
    double virtual = virtualNanos / 1e9;
    double cpu = Math.max(1, cpuNanos) / 1e9;
    lines.add(
        "%d seeds, %.2f simulated hours, %d events, %.0f events and %.0f virtual seconds per core-second"
            .formatted(runs, virtual / 3600, events, events / cpu, virtual / cpu));
    reached.forEach((situation, times) -> lines.add("  %-45s %d".formatted(situation, times)));
    unreached().forEach(situation -> lines.add("  %-45s never".formatted(situation)));
    lines.add(failures.size() + " failures");
    return lines;
  }
}
