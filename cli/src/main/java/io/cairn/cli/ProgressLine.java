// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import io.cairn.spi.environment.TimeSource;
import java.io.PrintStream;

/** Tells, at most once a second, how far something has come. */
final class ProgressLine {
  private static final long PERIOD_NANOS = 1_000_000_000;

  private final PrintStream out;
  private final TimeSource time;
  private String doing = "";
  private long due;

  ProgressLine(PrintStream out, TimeSource time) {
    this.out = out;
    this.time = time;
    this.due = time.nanos();
  }

  /** From now on this is done. */
  void begin(String what) {
    doing = what;
    due = time.nanos();
  }

  void at(long rows, long bytes) {
    long now = time.nanos();
    if (now - due >= 0) {
      out.printf("%s: %d rows, %d MiB%n", doing, rows, bytes >> 20);
      due = now + PERIOD_NANOS;
    }
  }
}
