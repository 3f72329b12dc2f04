// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.fakes;

import io.cairn.conformancetests.Seeds;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Seeds that every run repeats, and fresh ones, so that every run also explores. */
public final class RunSeeds {
  private RunSeeds() {}

  /** Seeds for long lives of clusters. */
  public static Stream<Long> ofLongLives() {
    return with(Integer.getInteger("cairn.clusters", 40) / 4);
  }

  /** Seeds for whole clusters, which take longer. */
  public static Stream<Long> ofClusters() {
    return with(Integer.getInteger("cairn.clusters", 40));
  }

  /** The seeds from 1 to {@code repeated} and those of this run; or the one that is replayed. */
  public static Stream<Long> with(int repeated) {
    return System.getProperty("cairn.seed") != null
        ? Seeds.ofThisRun()
        : Stream.concat(LongStream.rangeClosed(1, repeated).boxed(), Seeds.ofThisRun());
  }
}
