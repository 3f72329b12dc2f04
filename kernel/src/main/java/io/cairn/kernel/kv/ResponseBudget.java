// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.kv;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.ArrayDeque;

/**
 * Bounds what all long answers under way take together. A read waits for its turn while the budget
 * is used up, and is refused when it outgrows what is left; only one that is alone may exceed it,
 * so that every answer is possible.
 */
@ThreadSafe
final class ResponseBudget {
  private static final int WAITING_MAX = 1024;

  private final long bytesMax;
  // Guarded by this.
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private long used;
  private int shares;

  ResponseBudget(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** What one answer has taken. */
  final class Share {
    // Guarded by the budget.
    private long taken;
    private boolean closed;

    private Share() {}

    /** Takes {@code bytes} more, or refuses. */
    void take(long bytes) {
      synchronized (ResponseBudget.this) {
        if (used + bytes > bytesMax && shares > 1) {
          throw new StoreException(new Reason.ResponsesExhausted());
        }
        if (!closed) {
          used += bytes;
          taken += bytes;
        }
      }
    }

    /** Gives everything back. Closing twice is harmless. */
    void close() {
      Runnable next;
      synchronized (ResponseBudget.this) {
        if (closed) {
          return;
        }
        closed = true;
        used -= taken;
        shares--;
        next = used < bytesMax ? waiting.poll() : null;
      }
      if (next != null) {
        next.run();
      }
    }
  }

  /**
   * Runs {@code read} now or when others have given back enough; false if too many wait already.
   */
  boolean admit(Runnable read) {
    synchronized (this) {
      if (used >= bytesMax) {
        if (waiting.size() >= WAITING_MAX) {
          return false;
        }
        waiting.add(read);
        return true;
      }
    }
    read.run();
    return true;
  }

  /** A share for an admitted read. */
  Share open() {
    synchronized (this) {
      shares++;
    }
    return new Share();
  }
}
