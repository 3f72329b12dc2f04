// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** The way from one member to another: all bytes that the first sends to the second. */
final class Link {
  /** What happens on the way. */
  sealed interface Rule {
    /** Nothing. */
    record Open() implements Rule {}

    /** Connections break and new ones are closed at once, in both directions. */
    record Broken() implements Rule {}

    /** Connections stay, but nothing arrives until the rule changes; then all of it does. */
    record Silent() implements Rule {}

    /** Everything arrives that much later, and little at a time. */
    record Slow(int millis) implements Rule {}
  }

  private Rule rule = new Rule.Open();

  synchronized Rule rule() {
    return rule;
  }

  synchronized void rule(Rule next) {
    rule = next;
    notifyAll();
  }

  /** Waits until what was sent at {@code sentNanos} may arrive. */
  synchronized void pass(long sentNanos) throws IOException, InterruptedException {
    while (true) {
      switch (rule) {
        case Rule.Open _ -> {
          return;
        }
        case Rule.Broken _ -> throw new IOException("the link is broken");
        case Rule.Silent _ -> wait();
        case Rule.Slow(int millis) -> {
          long left = sentNanos + TimeUnit.MILLISECONDS.toNanos(millis) - System.nanoTime();
          if (left <= 0) {
            return;
          }
          TimeUnit.NANOSECONDS.timedWait(this, left);
        }
      }
    }
  }
}
