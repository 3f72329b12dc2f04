// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.spi.storage.StorageBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Several backends do the same random work side by side, each compared with a naive model at every
 * step: batches, reads of views of all ages, both ways and by key, failed commits, barriers,
 * reclaiming, reopening without a barrier, and the content of one streamed into another.
 *
 * <p>{@code StorageConformance} compares one backend with the model; what this adds is that
 * backends agree where the model was never asked, such as in the kind of an error, and that the
 * content of each fits into each other.
 */
public abstract class StorageDifferential {
  private static final int STEPS = 150;

  /** How long to go on with fresh seeds: {@code -Dcairn.differential.seconds=3600}. */
  private static final Duration PATIENCE =
      Duration.ofSeconds(Long.getLong("cairn.differential.seconds", 0));

  @TempDir Path temporary;

  /** The backends to compare; each is asked to open several engines. */
  protected abstract List<StorageBackend> backends();

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  void backendsAgreeOnRandomWork(long seed) {
    new SideBySide(seed, backends(), temporary).run(STEPS);
  }

  @Test
  void backendsAgreeForAsLongAsThereIsPatience() {
    long end = System.nanoTime() + PATIENCE.toNanos();
    SplittableRandom seeds = new SplittableRandom();
    int round = 0;
    do {
      long seed = seeds.nextLong(Long.MAX_VALUE);
      try {
        new SideBySide(seed, backends(), temporary.resolve("round-" + round++)).run(STEPS);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("repeat with -Dcairn.seed=" + seed, e);
      }
    } while (System.nanoTime() < end);
  }
}
