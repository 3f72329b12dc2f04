// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All rules that a kit knows, tested or not, in the order of the report.
 *
 * @param kit what the kit is called, as in {@code storage}
 * @param rules each with an id of its own
 */
public record Catalogue(String kit, List<Rule> rules) {
  /** Copies the rules and checks that each id is there once. */
  public Catalogue {
    rules = List.copyOf(rules);
    Set<String> ids = new LinkedHashSet<>();
    for (Rule rule : rules) {
      if (!ids.add(rule.id())) {
        throw new IllegalArgumentException("two rules are called '" + rule.id() + "'");
      }
    }
  }

  /** The rule of this id. */
  public Optional<Rule> findRule(String id) {
    return rules.stream().filter(rule -> rule.id().equals(id)).findAny();
  }
}
