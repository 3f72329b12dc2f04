// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

/**
 * One rule of a contract.
 *
 * @param id what the contract calls it, as in {@code S4}
 * @param demand how much the contract insists
 * @param sentence what it says, for people who do not have the contract at hand
 * @param untested which part of it no test of the kit brings about, and why; empty if there is none
 */
public record Rule(String id, Demand demand, String sentence, String untested) {
  /** Checks that it says something. */
  public Rule {
    if (id.isBlank() || sentence.isBlank()) {
      throw new IllegalArgumentException("a rule has an id and a sentence, not '" + id + "'");
    }
  }

  /** One that must be kept, and is tested whole. */
  public static Rule must(String id, String sentence) {
    return new Rule(id, Demand.MUST, sentence, "");
  }

  /** One that should be kept, and is tested whole. */
  public static Rule should(String id, String sentence) {
    return new Rule(id, Demand.SHOULD, sentence, "");
  }

  /** One that may be offered, and is tested whole. */
  public static Rule may(String id, String sentence) {
    return new Rule(id, Demand.MAY, sentence, "");
  }

  /** The same, of which something is not tested. */
  public Rule withUntested(String part) {
    return new Rule(id, demand, sentence, part);
  }
}
