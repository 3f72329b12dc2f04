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
import org.junit.jupiter.params.provider.EnumSource.Mode;
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

  /** The others are about what this work never does, from looking at half a commit to damage. */
  @ParameterizedTest
  @EnumSource(
      mode = Mode.MATCH_ANY,
      names = {"S[125]_.*", "S3_A_FAILED_.*", "S6_ANSWERS_.*", "S7_.*"})
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
