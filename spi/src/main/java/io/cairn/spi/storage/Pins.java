// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.storage;

import io.cairn.spi.environment.ThreadSafe;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts who uses something that has to be released, so that whoever is the last releases it, and
 * it never happens under anybody's hands: using a freed native object would not throw but end the
 * process. For backends: views go on when their engine has failed (S7), and a caller that closes
 * the engine before its views, against S11, must not end the process either.
 *
 * <p>The owner has the first pin and gives it up when it closes. An engine's database is usually
 * pinned by its views, a view's snapshot by its reads and cursors.
 *
 * <p><b>Threads.</b> Any. <b>Blocking.</b> Never, but for what releasing does.
 */
@ThreadSafe
public final class Pins {
  /** Zero means released, for ever. Changed by any thread, by compare-and-set only. */
  private final AtomicInteger count = new AtomicInteger(1);

  /** Set once, by whoever closes; read by all who want a pin. */
  private final AtomicBoolean closed = new AtomicBoolean();

  private final Runnable release;

  /** One pin, the owner's; {@code release} runs once, in the {@link #unpin} that is the last. */
  public Pins(Runnable release) {
    this.release = release;
  }

  /**
   * Takes a pin.
   *
   * @return false if it is closed, or everything has been released; nothing is to be given up then
   */
  public boolean pin() {
    int present = count.get();
    while (present > 0 && !closed.get()) {
      if (count.compareAndSet(present, present + 1)) {
        return true;
      }
      present = count.get();
    }
    return false;
  }

  /**
   * Ends it for its owner: nobody gets a pin any more, and the last who has one releases. Closing
   * again does nothing.
   */
  public void close() {
    if (closed.compareAndSet(false, true)) {
      unpin();
    }
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return closed.get();
  }

  /** Gives a pin up that the caller has. */
  public void unpin() {
    if (count.decrementAndGet() == 0) {
      release.run();
    }
  }
}
