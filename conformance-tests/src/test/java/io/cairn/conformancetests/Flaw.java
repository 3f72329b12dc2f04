// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * What can be wrong with a {@link ModelBackend}; the first word says which rule that breaks.
 *
 * <p>A build tries a part of them, drawn by {@code -Dcairn.run} or by chance; {@code
 * -Dcairn.flaws=all} tries every one, and {@code -Dcairn.flaws=S4_TABLES_SURVIVE_APART} that one.
 */
enum Flaw {
  S1_BYTES_ARE_SIGNED,
  S1_A_RANGE_DELETION_TAKES_ITS_END,
  S1_A_RANGE_DELETION_REACHES_OTHER_TABLES,
  S1_A_PUT_AFTER_A_DELETION_IS_LOST,
  S1_LONG_KEYS_ARE_CUT,
  S2_A_VIEW_BEGINS_AT_ITS_FIRST_READ,
  S2_OLD_VIEWS_MOVE_ON,
  S2_READS_BY_KEY_SEE_LATER_COMMITS,
  S3_PARTS_OF_A_BATCH_SHOW,
  S3_A_FAILED_BATCH_LEAVES_A_PART,
  S3_DELETIONS_GO_FIRST,
  S4_A_BARRIER_MISSES_THE_LAST_COMMIT,
  S4_A_BARRIER_RETURNS_BEFORE_IT_WRITES,
  S4_DELETIONS_DO_NOT_SURVIVE,
  S4_TABLES_SURVIVE_APART,
  S5_THE_END_IS_VISITED,
  S5_REVERSE_SKIPS_THE_START,
  S5_LONG_SCANS_END_EARLY,
  S5_A_CURSOR_ENDS_THE_ONE_BEFORE_IT,
  S6_ARRAYS_ARE_KEPT,
  S6_ANSWERS_COME_IN_KEY_ORDER,
  S6_A_KEY_ASKED_TWICE_IS_ANSWERED_ONCE,
  S6_EMPTY_VALUES_ARE_ABSENT,
  S6_LARGE_VALUES_ARE_CUT,
  S7_WORK_GOES_ON_AFTER_A_FAILURE,
  S7_BARRIERS_GO_ON_AFTER_A_FAILURE,
  S7_REFUSES_WITH_ANOTHER_ERROR,
  S8_DAMAGE_IS_AN_EMPTY_STORE,
  S8_DAMAGE_IS_A_FAILED_MEDIUM,
  S8_DAMAGE_NAMES_NO_PLACE,
  S9_OPENS_TWICE,
  S9_IN_USE_IS_DAMAGE,
  S10_NOTHING_IS_EVER_FREED,
  S10_RECLAIMING_LOSES_ENTRIES,
  S10_SIZE_IS_UNKNOWN,
  S11_THE_SECOND_CLOSE_THROWS,
  S11_CLOSE_DOES_NOT_WAIT,
  S11_A_CLOSED_ENGINE_GIVES_VIEWS,
  S11_A_CLOSED_VIEW_ANSWERS,
  S12_TABLES_NOT_ASKED_FOR_ARE_DROPPED,
  S12_A_NEW_TABLE_IS_UNKNOWN,
  S13_KEEPS_DATA_UNDECLARED,
  P1_THE_DESCRIPTOR_CHANGES,
  P2_MADE_FOR_ANOTHER_VERSION,
  P3_CLAIMS_WHAT_NOBODY_KNOWS;

  private static final int TRIED_IN_A_BUILD = 12;

  String rule() {
    return name().substring(0, name().indexOf('_'));
  }

  /** The flaws that this run tries. */
  static List<Flaw> ofThisRun() {
    String asked = System.getProperty("cairn.flaws");
    if (asked == null) {
      List<Flaw> drawn = new ArrayList<>(List.of(values()));
      Collections.shuffle(drawn, new Random(Seeds.ofThisRun().findFirst().orElseThrow()));
      return drawn.subList(0, TRIED_IN_A_BUILD);
    }
    return asked.equals("all")
        ? List.of(values())
        : Arrays.stream(asked.split(",")).map(Flaw::valueOf).toList();
  }

  /** As a source of arguments. */
  static Stream<Flaw> stream() {
    return ofThisRun().stream();
  }
}
