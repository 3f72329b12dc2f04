// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

import java.util.Locale;

/** A report as lines for a terminal. */
final class ReportText {
  private ReportText() {}

  static String of(Report report) {
    StringBuilder text = new StringBuilder();
    for (RuleResult result : report.results()) {
      Rule rule = result.rule();
      String outcome = result.outcome().words();
      line(
          text,
          String.format(
              Locale.ROOT,
              "%-6s %-6s %-22s %s",
              rule.id(),
              rule.demand(),
              result.outcome() == Outcome.FAILED ? outcome.toUpperCase(Locale.ROOT) : outcome,
              rule.sentence()));
      if (!rule.untested().isEmpty()) {
        line(text, "         not tested of it: " + rule.untested());
      }
      result.notes().forEach(note -> line(text, "         " + note));
      result.failures().forEach(failure -> failure(text, failure));
    }
    if (!report.strays().isEmpty()) {
      line(text, "failures that belong to no rule:");
      report.strays().forEach(failure -> failure(text, failure));
    }
    line(text, report.verdict());
    return text.toString();
  }

  private static void failure(StringBuilder text, Failure failure) {
    line(text, "         " + failure.test());
    failure.message().lines().forEach(each -> line(text, "           " + each));
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append('\n');
  }
}
