// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.check;

import io.cairn.simulator.history.History;
import io.cairn.simulator.history.LogEntry;
import io.cairn.simulator.history.Watching;
import java.util.ArrayList;
import java.util.List;

/** All checkers over one history. */
public final class Checks {
  /** How much faster than true time a clock of the fault model may go. */
  private static final double CLOCK_RATE_MAX = 1.1;

  private Checks() {}

  /**
   * What was found.
   *
   * @param violations what is wrong, none if all is well
   * @param components what the search decided, component by component; empty if it was not asked
   */
  public record Found(List<Violation> violations, List<SearchCheck.Component> components) {}

  /**
   * Checks a history with everything there is.
   *
   * @param searchSteps how long the search may take per component; 0 for no search
   */
  public static Found run(long clusterId, History history, long searchSteps) {
    List<Violation> violations = new ArrayList<>();
    List<LogEntry> log = history.log();
    boolean orderedFound = false;
    if (!log.isEmpty()) {
      OrderedCheck.Found ordered = OrderedCheck.run(clusterId, log, history.operations());
      orderedFound = !ordered.violations().isEmpty();
      violations.addAll(ordered.violations());
      for (Watching watching : history.watchings()) {
        violations.addAll(WatchCheck.run(ordered.model(), watching));
      }
      violations.addAll(LeaseCheck.run(log, history.promises(), CLOCK_RATE_MAX));
    }
    List<SearchCheck.Component> components =
        searchSteps == 0 ? List.of() : SearchCheck.run(history.operations(), searchSteps);
    for (SearchCheck.Component component : components) {
      if (component.verdict() == SearchCheck.Verdict.VIOLATION) {
        String what = "no order explains the operations on " + component.keys();
        // The ordered check knows more: what it accepts must have an order.
        violations.add(
            new Violation(
                "B", log.isEmpty() || orderedFound ? what : what + "; the checkers disagree"));
      }
    }
    return new Found(violations, components);
  }
}
