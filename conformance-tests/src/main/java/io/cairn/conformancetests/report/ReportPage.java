// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

import java.util.Locale;

/** A report as one page of HTML without scripts, so that it can be sent and kept. */
final class ReportPage {
  private static final String STYLE =
      """
      body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 70em;
             padding: 0 1em; color: #222; background: #fff }
      h1 { font-size: 1.3em } h2 { font-size: 1.1em; margin-top: 2em }
      .verdict { padding: .6em 1em; border-left: .4em solid; font-weight: 600 }
      .yes { border-color: #2a7f3f; background: #eef7f0 }
      .no { border-color: #b3261e; background: #fdeeed }
      table { border-collapse: collapse; width: 100% }
      th, td { text-align: left; vertical-align: top; padding: .35em .6em;
               border-bottom: 1px solid #ddd }
      th { font-weight: 600 }
      td.outcome { white-space: nowrap }
      .PASSED { color: #2a7f3f } .FAILED { color: #b3261e; font-weight: 600 }
      .DECLINED, .EXPLAINED { color: #7a5b00 } .NOT_TESTED { color: #666 }
      .small { color: #555; font-size: .9em }
      pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f6f6f6; padding: .6em;
            font-size: .85em }
      """;

  private final StringBuilder page = new StringBuilder();

  private ReportPage() {}

  static String of(Report report) {
    ReportPage page = new ReportPage();
    page.report(report);
    return page.page.toString();
  }

  private void report(Report report) {
    String title = "Conformance of " + report.subject();
    page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
    element("title", "", title);
    page.append("<style>\n").append(STYLE).append("</style></head><body>\n");
    element("h1", "", title);
    element("p", report.conformant() ? "verdict yes" : "verdict no", report.verdict());
    circumstances(report);
    page.append("<table><tr><th>Rule</th><th>Demand</th><th>Outcome</th><th>Says</th></tr>\n");
    report.results().forEach(this::result);
    page.append("</table>\n");
    if (!report.strays().isEmpty()) {
      element("h2", "", "Failures that belong to no rule");
      report.strays().forEach(this::failure);
    }
    element("h2", "", "How to read this");
    for (Outcome outcome : Outcome.values()) {
      element("p", "small", outcome.words() + ": " + meaning(outcome));
    }
    page.append("</body></html>\n");
  }

  private void circumstances(Report report) {
    StringBuilder line = new StringBuilder();
    line.append("kit ").append(report.kit());
    line.append(", level ").append(report.level().words());
    line.append(", begun ").append(report.began());
    line.append(String.format(Locale.ROOT, ", took %.1f s", report.took().toMillis() / 1000.0));
    report
        .parameters()
        .forEach((name, value) -> line.append(", ").append(name).append(' ').append(value));
    element("p", "small", line.toString());
  }

  private void result(RuleResult result) {
    Rule rule = result.rule();
    page.append("<tr>");
    element("td", "", rule.id());
    element("td", "", rule.demand().toString());
    element("td", "outcome " + result.outcome(), result.outcome().words());
    page.append("<td>");
    element("div", "", rule.sentence());
    element("div", "small", tests(result.tests()));
    result.notes().forEach(note -> element("div", "small", note));
    if (!rule.untested().isEmpty()) {
      element("div", "small", "not tested of it: " + rule.untested());
    }
    result.failures().forEach(this::failure);
    page.append("</td></tr>\n");
  }

  private static String tests(int tests) {
    return tests == 1 ? "1 test" : tests + " tests";
  }

  private void failure(Failure failure) {
    element("div", "FAILED", failure.test());
    element("pre", "", failure.message());
    page.append("<details><summary class=\"small\">where</summary>");
    element("pre", "", failure.trace());
    page.append("</details>\n");
  }

  private static String meaning(Outcome outcome) {
    return switch (outcome) {
      case PASSED -> "every test of the rule passed.";
      case DECLINED ->
          "the subject declares that it does not offer this, and behaves as the contract demands of"
              + " one that does not.";
      case EXPLAINED -> "tests failed, as was said and explained before the run.";
      case FAILED -> "at least one test of the rule failed.";
      case NOT_TESTED -> "no test of the rule ran to its end; nothing is known about it.";
    };
  }

  private void element(String name, String classes, String text) {
    page.append('<').append(name);
    if (!classes.isEmpty()) {
      page.append(" class=\"").append(classes).append('"');
    }
    page.append('>').append(escaped(text)).append("</").append(name).append(">\n");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
