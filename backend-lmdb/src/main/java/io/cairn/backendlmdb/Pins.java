// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendlmdb;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts who uses a native object, so that it is freed by whoever is the last, and never under
 * anybody's hands: using a freed one would not throw but end the process.
 *
 * <p>The owner has the first pin and gives it up when it closes. The engine's environment is pinned
 * by its views, a view's transaction by its reads and cursors.
 */
final class Pins {
  /** Zero means freed, for ever. Changed by any thread, by compare-and-set only. */
  private final AtomicInteger count = new AtomicInteger(1);

  private final Runnable free;

  Pins(Runnable free) {
    this.free = free;
  }

  /** Takes a pin, unless the object is freed already. */
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
      free.run();
    }
  }
}
