// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What an examination found.
 *
 * @param kit the catalogue's kit
 * @param subject who was examined, in words
 * @param level how thoroughly
 * @param parameters what else the run was told, in order
 * @param began when
 * @param took how long
 * @param results one per rule of the catalogue, in its order
 * @param strays failures that belong to no rule, such as a suite that could not begin
 */
public record Report(
    String kit,
    String subject,
    Level level,
    Map<String, String> parameters,
    Instant began,
    Duration took,
    List<RuleResult> results,
    List<Failure> strays) {

  /** Copies the collections. */
  public Report {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    results = List.copyOf(results);
    strays = List.copyOf(strays);
  }

  /**
   * Whether the subject keeps the contract as far as it was tested: no rule that must be kept
   * failed, nothing else went wrong, and something was tested at all.
   */
  public boolean conformant() {
    boolean tested = results.stream().anyMatch(result -> result.tests() > 0);
    return tested && strays.isEmpty() && broken(Demand.MUST).isEmpty();
  }

  /** 0 if it conforms, else 1. */
  public int exitCode() {
    return conformant() ? 0 : 1;
  }

  /** The rules with this outcome. */
  public List<RuleResult> resultsWith(Outcome outcome) {
    return results.stream().filter(result -> result.outcome() == outcome).toList();
  }

  /** One line that says it all. */
  public String verdict() {
    StringBuilder line = new StringBuilder();
    line.append(conformant() ? "CONFORMANT" : "NOT CONFORMANT");
    line.append(": ").append(kit).append(", ").append(subject);
    if (!broken(Demand.MUST).isEmpty()) {
      line.append(" breaks ").append(String.join(", ", broken(Demand.MUST)));
    }
    if (!strays.isEmpty()) {
      line.append("; ").append(strays.size()).append(" failures belong to no rule");
    }
    if (!broken(Demand.SHOULD).isEmpty()) {
      line.append("; not as it should: ").append(String.join(", ", broken(Demand.SHOULD)));
    }
    if (!broken(Demand.MAY).isEmpty()) {
      line.append("; offered and wrong: ").append(String.join(", ", broken(Demand.MAY)));
    }
    List<String> counts = new ArrayList<>();
    for (Outcome outcome : Outcome.values()) {
      int count = resultsWith(outcome).size();
      if (count > 0 || outcome == Outcome.PASSED) {
        counts.add(count + " " + outcome.words());
      }
    }
    return line.append(" (")
        .append(String.join(", ", counts))
        .append(String.format(Locale.ROOT, "; %.1f s)", took.toMillis() / 1000.0))
        .toString();
  }

  private List<String> broken(Demand demand) {
    return resultsWith(Outcome.FAILED).stream()
        .map(RuleResult::rule)
        .filter(rule -> rule.demand() == demand)
        .map(Rule::id)
        .toList();
  }

  /** For programs; the fields are those of this record. */
  public String toJson() {
    return ReportJson.of(this);
  }

  /** For people: one page that needs nothing else. */
  public String toHtml() {
    return ReportPage.of(this);
  }

  /** For a terminal: a line per rule, what went wrong, and the verdict last. */
  public String toText() {
    return ReportText.of(this);
  }
}
