// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go writes them: numbers with units, one after another, such as {@code 1h30m}. */
final class GoDuration {
  private static final Pattern SHAPE =
      Pattern.compile("[+-]?([0-9]*\\.?[0-9]*(ns|us|µs|ms|s|m|h))+");
  private static final Pattern PART = Pattern.compile("([0-9]*\\.?[0-9]*)(ns|us|µs|ms|s|m|h)");

  private GoDuration() {}

  /**
   * The duration in nanoseconds.
   *
   * @throws IllegalArgumentException if {@code text} is not a duration
   */
  static long parse(String text) {
    if (text.equals("0")) {
      return 0;
    }
    if (!SHAPE.matcher(text).matches()) {
      throw new IllegalArgumentException("time: invalid duration \"" + text + "\"");
    }
    BigDecimal nanos = BigDecimal.ZERO;
    Matcher part = PART.matcher(text);
    while (part.find()) {
      try {
        nanos = nanos.add(new BigDecimal(part.group(1)).multiply(unit(part.group(2))));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("time: invalid duration \"" + text + "\"", e);
      }
    }
    if (nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException("time: invalid duration \"" + text + "\"");
    }
    long value = nanos.setScale(0, RoundingMode.DOWN).longValueExact();
    return text.startsWith("-") ? -value : value;
  }

  private static BigDecimal unit(String name) {
    return BigDecimal.valueOf(
        switch (name) {
          case "ns" -> 1L;
          case "us", "µs" -> 1_000L;
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          case "m" -> 60_000_000_000L;
          case "h" -> 3_600_000_000_000L;
          default -> throw new IllegalArgumentException("time: unknown unit \"" + name + "\"");
        });
  }
}
