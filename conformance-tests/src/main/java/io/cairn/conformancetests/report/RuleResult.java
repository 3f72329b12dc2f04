// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

import java.util.List;

/**
 * How one rule fared.
 *
 * @param rule which
 * @param outcome the sum of the rest
 * @param tests how many tests of it ran to their end
 * @param notes what was declined, skipped or explained, in words
 * @param failures the tests that failed
 */
public record RuleResult(
    Rule rule, Outcome outcome, int tests, List<String> notes, List<Failure> failures) {
  /** Copies the lists. */
  public RuleResult {
    notes = List.copyOf(notes);
    failures = List.copyOf(failures);
  }
}
