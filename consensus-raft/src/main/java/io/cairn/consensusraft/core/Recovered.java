// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import java.util.List;

/**
 * What a member starts from.
 *
 * @param self its id
 * @param incarnation the life of its directory
 * @param hardState what it promised earlier
 * @param configuration the membership at {@code applied}
 * @param applied the last entry whose effect the state machine holds durably
 * @param appliedTerm the term of that entry
 * @param cut the last index that stable storage no longer holds; not above {@code applied}
 * @param entries everything in stable storage behind {@code applied}, all durable
 */
public record Recovered(
    long self,
    long incarnation,
    HardState hardState,
    Configuration configuration,
    long applied,
    long appliedTerm,
    long cut,
    List<Entry> entries) {

  /** A member of a cluster with the given voters that has no history. */
  public static Recovered fresh(long self, Configuration configuration) {
    return new Recovered(self, 0, HardState.INITIAL, configuration, 0, 0, 0, List.of());
  }
}
