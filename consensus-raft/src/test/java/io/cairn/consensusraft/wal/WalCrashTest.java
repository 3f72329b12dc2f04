// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.consensusraft.fakes.FakeDisk;
import io.cairn.consensusraft.fakes.PowerCut;
import io.cairn.consensusraft.fakes.RunSeeds;
import java.io.IOException;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever was synced is found again after the process or the machine dies at any operation of the
 * disk, and what was not is lost from the end only.
 */
final class WalCrashTest {
  static Stream<Long> seeds() {
    return RunSeeds.with(300);
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("seeds")
  void whatWasSyncedIsFoundAgain(long seed) throws IOException {
    Random dice = new Random(seed);
    FakeDisk disk = new FakeDisk();
    LogScript script = new LogScript(dice, disk);

    int crashes = 0;
    for (int life = 0; life < 8; life++) {
      disk.cutPowerAfter(dice.nextInt(60));
      try {
        for (int i = 0; i < 40; i++) {
          script.anything();
        }
      } catch (PowerCut e) {
        crashes++;
      }
      crash(dice, disk);
      // Recovery writes too, and may be interrupted as well.
      disk.cutPowerAfter(dice.nextInt(6));
      try {
        script.reopen();
      } catch (PowerCut e) {
        crash(dice, disk);
        script.reopen();
      }
      disk.restart();
    }

    assertThat(crashes).isPositive();
  }

  private static void crash(Random dice, FakeDisk disk) {
    if (dice.nextInt(3) == 0) {
      disk.restart();
    } else {
      disk.powerCut(dice);
    }
  }
}
