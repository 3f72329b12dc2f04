// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.consensus;

import java.util.List;

/**
 * Who takes part in agreement.
 *
 * @param voters the ids of the members that vote, ascending as unsigned numbers
 * @param learners the ids of the members that only follow, likewise
 */
public record Configuration(List<Long> voters, List<Long> learners) {
  /** Nobody yet. */
  public static final Configuration EMPTY = new Configuration(List.of(), List.of());

  /** Sorts both lists. */
  public Configuration {
    voters = voters.stream().sorted(Long::compareUnsigned).toList();
    learners = learners.stream().sorted(Long::compareUnsigned).toList();
  }

  /** Whether {@code member} votes. */
  public boolean isVoter(long member) {
    return voters.contains(member);
  }

  /** Whether {@code member} follows without a vote. */
  public boolean isLearner(long member) {
    return learners.contains(member);
  }
}
