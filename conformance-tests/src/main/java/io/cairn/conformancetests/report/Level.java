// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * How long a kit may take. It changes sizes and numbers of repetitions only: every test runs at
 * every level.
 */
public enum Level {
  /** Half a minute at most: for every build. */
  SMOKE,
  /** Five minutes at most: for a release. */
  FULL;

  /** The system property that sets it, {@code cairn.level}. */
  public static final String PROPERTY = "cairn.level";

  /** The level of this process; smoke unless something else is asked for. */
  public static Level ofThisRun() {
    String asked = System.getProperty(PROPERTY, SMOKE.words());
    return parse(asked)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "-D" + PROPERTY + " is 'smoke' or 'full', not '" + asked + "'"));
  }

  /** From {@code smoke} or {@code full}. */
  public static Optional<Level> parse(String words) {
    return Arrays.stream(values()).filter(level -> level.words().equals(words)).findAny();
  }

  /** As options say it. */
  public String words() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** One of two sizes. */
  public int pick(int smoke, int full) {
    return switch (this) {
      case SMOKE -> smoke;
      case FULL -> full;
    };
  }
}
