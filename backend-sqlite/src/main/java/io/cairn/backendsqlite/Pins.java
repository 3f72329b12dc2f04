// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendsqlite;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts who uses something, so that it is released by whoever is the last, and never under
 * anybody's hands.
 *
 * <p>The owner has the first pin and gives it up when it closes. The engine's files are pinned by
 * its views, a view's connection by its reads and cursors.
 */
final class Pins {
  /** Zero means released, for ever. Changed by any thread, by compare-and-set only. */
  private final AtomicInteger count = new AtomicInteger(1);

  private final Runnable release;

  Pins(Runnable release) {
    this.release = release;
  }

  /** Takes a pin, unless it has been released. */
  boolean pin() {
    int present = count.get();
    while (present > 0) {
      if (count.compareAndSet(present, present + 1)) {
        return true;
      }
      present = count.get();
    }
    return false;
  }

  /** Gives a pin up. */
  void unpin() {
    if (count.decrementAndGet() == 0) {
      release.run();
    }
  }
}
