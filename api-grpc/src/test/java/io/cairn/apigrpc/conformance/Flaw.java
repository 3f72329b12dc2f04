// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.conformance;

import io.cairn.conformancetests.PlantedFlaws;
import java.util.stream.Stream;

/**
 * What can be wrong with a {@link WrongTransport}; the first word says which rule that breaks.
 *
 * <p>A build tries two of them, drawn by {@code -Dcairn.run} or by chance; {@code
 * -Dcairn.flaws=all} tries every one.
 */
enum Flaw {
  T1_REFUSES_EMPTY_KEYS_ITSELF,
  T1_LOSES_THE_LEASE,
  T1_LOSES_WHO_ASKS,
  T1_CUTS_LONG_RANGES,
  T2_SAYS_WHAT_WAS_ASKED_FOR,
  T2_KEEPS_WHAT_IT_COULD_BIND,
  T3_DRAINING_CUTS_CALLS_OFF,
  T3_DRAINING_DOES_NOTHING,
  T3_STOPPING_DOES_NOTHING,
  T4_TAKES_ANY_SIZE,
  P1_THE_DESCRIPTOR_CHANGES,
  P2_MADE_FOR_ANOTHER_VERSION;

  private static final int TRIED_IN_A_BUILD = 2;

  /** The flaws that this run tries. */
  static Stream<Flaw> ofThisRun() {
    return PlantedFlaws.ofThisRun(Flaw.class, TRIED_IN_A_BUILD);
  }

  String rule() {
    return name().substring(0, name().indexOf('_'));
  }
}
