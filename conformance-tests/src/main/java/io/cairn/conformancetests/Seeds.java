// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.conformancetests.report.Level;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * The seeds of randomized tests.
 *
 * <p>Every run draws fresh ones, so that every run explores; a failed test carries its seed in its
 * name, in the form in which {@code -Dcairn.seed=...} replays it alone. {@code -Dcairn.seeds=n}
 * sets how many are drawn (more by themselves with {@code -Dcairn.level=full}), {@code
 * -Dcairn.run=text} what they are drawn from (a commit and a run number, say), so that a whole run
 * can be repeated.
 */
public final class Seeds {
  private static final int DRAWN = Level.ofThisRun().pick(5, 20);

  /** One base for the whole run, so that every test of it sees the same seeds. */
  private static final long BASE = base();

  private Seeds() {}

  /** The seeds of this run; a method source for parameterized tests. */
  public static Stream<Long> ofThisRun() {
    String replayed = System.getProperty("cairn.seed");
    if (replayed != null) {
      return Stream.of(Long.decode(replayed));
    }
    SplittableRandom random = new SplittableRandom(BASE);
    // Not negative, so that a seed is easily copied and never looks like an option.
    return random.longs(Integer.getInteger("cairn.seeds", DRAWN), 0, Long.MAX_VALUE).boxed();
  }

  /** What the seeds of this run are drawn from; not negative. */
  public static long baseOfThisRun() {
    return BASE & Long.MAX_VALUE;
  }

  private static long base() {
    String run = System.getProperty("cairn.run");
    if (run == null) {
      return new SplittableRandom().nextLong();
    }
    long base = 0;
    for (int i = 0; i < run.length(); i++) {
      base = 31 * base + run.charAt(i);
    }
    return base;
  }
}
