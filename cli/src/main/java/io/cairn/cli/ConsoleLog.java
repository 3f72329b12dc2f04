// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import io.cairn.spi.environment.EventLog;
import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes events as etcd's tools do for a terminal: time, level, message and fields, with tabs. */
record ConsoleLog(PrintStream out) implements EventLog {
  @Override
  public boolean writes(Level level) {
    return level != Level.DEBUG;
  }

  @Override
  public void log(Level level, String message, Field... fields) {
    if (writes(level)) {
      out.printf(
          "%s\t%s\t%s\t%s%n",
          Instant.now().truncatedTo(ChronoUnit.SECONDS),
          level.name().toLowerCase(Locale.ROOT),
          message,
          Arrays.stream(fields)
              .map(field -> JsonText.of(field.name()) + ": " + json(field.value()))
              .collect(Collectors.joining(", ", "{", "}")));
    }
  }

  private static String json(Object value) {
    return switch (value) {
      case Number number -> number.toString();
      case Boolean truth -> truth.toString();
      case List<?> list ->
          list.stream().map(ConsoleLog::json).collect(Collectors.joining(", ", "[", "]"));
      default -> JsonText.of(value.toString());
    };
  }
}
