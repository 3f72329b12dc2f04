// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import io.cairn.spi.environment.EventLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** What has happened, as lines, in order; whoever waits for a line waits for it alone. */
final class Events implements EventLog {
  private static final long WAIT_SECONDS_MAX = 60;

  private final List<String> lines = new ArrayList<>();

  synchronized void add(String line) {
    lines.add(line);
    notifyAll();
  }

  /** Waits until there is a line equal to {@code wanted}. */
  void await(String wanted) throws InterruptedException {
    awaitCount(wanted, wanted::equals, 1);
  }

  /** Waits until there is a line that contains {@code wanted}. */
  void awaitPart(String wanted) throws InterruptedException {
    awaitCount(wanted, 1);
  }

  /** Waits until at least {@code count} lines contain {@code wanted}. */
  void awaitCount(String wanted, int count) throws InterruptedException {
    awaitCount(wanted, line -> line.contains(wanted), count);
  }

  private synchronized void awaitCount(String wanted, Predicate<String> matches, int count)
      throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
    while (lines.stream().filter(matches).count() < count) {
      long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (millis <= 0) {
        throw new AssertionError("waited for '" + wanted + "' in vain; there is " + lines);
      }
      wait(millis);
    }
  }

  /** How many lines contain {@code part}. */
  synchronized long count(String part) {
    return lines.stream().filter(line -> line.contains(part)).count();
  }

  /** The lines that begin with {@code prefix}, in order. */
  synchronized List<String> startingWith(String prefix) {
    return lines.stream().filter(line -> line.startsWith(prefix)).toList();
  }

  @Override
  public boolean writes(Level level) {
    return true;
  }

  @Override
  public void log(Level level, String message, Field... fields) {
    StringBuilder line = new StringBuilder("log " + level + " " + message);
    for (Field field : fields) {
      line.append(" ").append(field.name()).append("=").append(field.value());
    }
    add(line.toString());
  }
}
