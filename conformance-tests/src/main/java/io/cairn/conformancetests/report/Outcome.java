// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

/** What an examination says of one rule. */
public enum Outcome {
  /** Every test of it passed. */
  PASSED("passed"),
  /** Declared as not offered, and every test of what the contract says of that passed. */
  DECLINED("refused by declaration"),
  /** Tests failed, and the examination was told beforehand that and why they would. */
  EXPLAINED("differs as explained"),
  /** Some test of it failed. */
  FAILED("failed"),
  /** No test of it ran to its end. */
  NOT_TESTED("not tested");

  private final String words;

  Outcome(String words) {
    this.words = words;
  }

  /** For people. */
  public String words() {
    return words;
  }
}
