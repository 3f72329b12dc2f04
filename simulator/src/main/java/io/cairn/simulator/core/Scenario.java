// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.core;

import java.util.ArrayList;
import java.util.List;

/**
 * A scenario as a text file: commands for a {@link ScenarioRunner}, and blocks that say what they
 * lead to.
 *
 * <pre>
 * scenario a-name
 * cluster voters=n1..n3       # a comment
 * elect n1 ; settle
 * show n1 role
 * ---- expect
 * n1 role=leader
 * invariants hold
 * ----
 * </pre>
 */
public final class Scenario {
  private static final String BEGIN = "---- expect";
  private static final String END = "----";

  private Scenario() {}

  /**
   * Plays a scenario.
   *
   * @return its lines again, with what was found in place of what was expected
   * @throws AssertionError if a line cannot be carried out
   * @throws io.cairn.spi.environment.InvariantViolation if an invariant breaks
   */
  public static List<String> play(List<String> lines) {
    ScenarioRunner runner = new ScenarioRunner();
    List<String> found = new ArrayList<>();
    boolean inExpectation = false;
    for (String line : lines) {
      if (inExpectation) {
        if (line.equals(END)) {
          // A broken invariant would have ended the scenario.
          runner.takeOutput().lines().forEach(found::add);
          found.add("invariants hold");
          found.add(line);
          inExpectation = false;
        }
        continue;
      }
      found.add(line);
      if (line.equals(BEGIN)) {
        inExpectation = true;
      } else if (!line.startsWith("scenario ")) {
        try {
          runner.run(withoutComment(line));
        } catch (IllegalArgumentException | IllegalStateException e) {
          throw new AssertionError("in '" + line + "': " + e.getMessage(), e);
        }
      }
    }
    return found;
  }

  private static String withoutComment(String line) {
    int comment = line.indexOf('#');
    boolean incarnation = comment > 0 && line.charAt(comment - 1) != ' ';
    return comment < 0 || incarnation ? line : line.substring(0, comment);
  }
}
