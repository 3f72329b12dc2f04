// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.run;

import io.cairn.simulator.check.Violation;
import io.cairn.simulator.history.History;
import java.util.List;
import java.util.Map;

/**
 * How a run came out.
 *
 * @param plan what was run
 * @param hash of every event; equal for equal plans and builds
 * @param events how many there were
 * @param virtualNanos how long the run lasted in its own time
 * @param violations what is wrong, none if all is well
 * @param reached how often rare situations came about, and what else was counted
 * @param trace the last events
 * @param history what clients saw
 */
public record Outcome(
    Plan plan,
    long hash,
    long events,
    long virtualNanos,
    List<Violation> violations,
    Map<String, Long> reached,
    List<String> trace,
    History history) {
  /** Whether all is well. */
  public boolean isGood() {
    return violations.isEmpty();
  }
}
