// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.conformance;

import io.cairn.conformancetests.PlantedFlaws;
import java.util.stream.Stream;

/**
 * What can be wrong with a {@link WrongConsensus}; the first word says which rule that breaks.
 *
 * <p>A build tries some of them, drawn by {@code -Dcairn.run} or by chance; {@code
 * -Dcairn.flaws=all} tries every one, and {@code -Dcairn.flaws=C7_READS_WHAT_IT_HAS} that one.
 */
enum Flaw {
  C1_REPLAYS_WHAT_IS_APPLIED,
  C1_NEVER_SYNCS,
  C2_A_FOLLOWER_APPLIES_SOMETHING_ELSE,
  C3_COMES_BACK_WITHOUT_ITS_OBJECT,
  C3_IS_DROPPED_AFTER_IT_CAME_BACK,
  C3_IS_PROPOSED_TWICE,
  C4_WHAT_TIMED_OUT_IS_CALLED_DROPPED,
  C5_DOES_NOT_WAIT_FOR_A_LEADER,
  C6_TAKES_ANY_NUMBER,
  C6_TAKES_ANY_SIZE,
  C7_READS_WHAT_IT_HAS,
  C7_READS_AT_ONCE_WITHOUT_ASKING,
  C8_REFUSED_CHANGES_TAKE_EFFECT,
  C9_CALLS_ON_THE_THREAD_OF_A_PROPOSER,
  C10_CUTS_WHAT_IS_APPLIED,
  C11_BELIEVES_FAILED_SYNCS,
  C12_GOES_ON_AFTER_STOP,
  C12_LEAVES_PROPOSERS_WAITING,
  C13_A_PART_IS_LOST,
  C13_A_PART_COMES_TWICE,
  C14_A_PART_IS_CHANGED,
  C15_INSTALLS_TWICE;

  private static final int TRIED_IN_A_BUILD = 3;

  String rule() {
    return name().substring(0, name().indexOf('_'));
  }

  /** The flaws that this run tries. */
  static Stream<Flaw> ofThisRun() {
    return PlantedFlaws.ofThisRun(Flaw.class, TRIED_IN_A_BUILD);
  }
}
