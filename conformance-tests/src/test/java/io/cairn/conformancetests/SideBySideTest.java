// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.cairn.spi.storage.StorageBackend;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whether a comparison notices that one of the engines is broken. */
final class SideBySideTest {
  private static final int ATTEMPTS = 20;
  private static final int STEPS = 150;

  @TempDir Path temporary;

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  void enginesThatKeepEveryRuleAgree(long seed) {
    List<StorageBackend> sound = List.of(new ModelBackend(), new ModelBackend());

    assertThatCode(() -> new SideBySide(seed, sound, temporary).run(STEPS))
        .doesNotThrowAnyException();
  }

  /**
   * The others are about what this work never does: half a commit, damage, many views or cursors at
   * a time, long ranges.
   */
  @ParameterizedTest
  @EnumSource(
      names = {
        "S1_BYTES_ARE_SIGNED",
        "S1_A_RANGE_DELETION_TAKES_ITS_END",
        "S1_A_RANGE_DELETION_REACHES_OTHER_TABLES",
        "S1_A_PUT_AFTER_A_DELETION_IS_LOST",
        "S1_LONG_KEYS_ARE_CUT",
        "S2_A_VIEW_BEGINS_AT_ITS_FIRST_READ",
        "S2_READS_BY_KEY_SEE_LATER_COMMITS",
        "S3_A_FAILED_BATCH_LEAVES_A_PART",
        "S3_DELETIONS_GO_FIRST",
        "S4_DELETIONS_DO_NOT_SURVIVE",
        "S5_THE_END_IS_VISITED",
        "S5_REVERSE_SKIPS_THE_START",
        "S6_ANSWERS_COME_IN_KEY_ORDER",
        "S6_A_KEY_ASKED_TWICE_IS_ANSWERED_ONCE",
        "S6_EMPTY_VALUES_ARE_ABSENT",
        "S7_WORK_GOES_ON_AFTER_A_FAILURE",
        "S7_BARRIERS_GO_ON_AFTER_A_FAILURE",
        "S7_REFUSES_WITH_ANOTHER_ERROR"
      })
  void oneBrokenEngineIsNoticed(Flaw flaw) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      List<StorageBackend> backends = List.of(new ModelBackend(), new ModelBackend(flaw));
      try {
        new SideBySide(attempt, backends, temporary.resolve("attempt-" + attempt)).run(STEPS);
      } catch (AssertionError | RuntimeException e) {
        return;
      }
    }
    Assertions.fail("%s was never noticed in %d histories", flaw, ATTEMPTS);
  }

  @Test
  void theSuiteTakesAnyNumberOfBackends() {
    StorageBackend alone = new ModelBackend();

    assertThatCode(() -> new SideBySide(7, List.of(alone), temporary).run(STEPS))
        .doesNotThrowAnyException();
  }
}
