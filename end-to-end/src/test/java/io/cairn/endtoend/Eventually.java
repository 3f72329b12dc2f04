// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Waits for something that can be seen, with a deadline. */
public final class Eventually {
  private static final Semaphore NEVER = new Semaphore(0);
  private static final long LOOK_AGAIN_MILLIS = 20;

  private Eventually() {}

  /** Looks until {@code look} finds something; an exception counts as nothing found. */
  public static <T> T find(String what, Duration max, Callable<Optional<T>> look) throws Exception {
    long deadline = System.nanoTime() + max.toNanos();
    @Nullable Exception last = null;
    while (true) {
      try {
        Optional<T> found = look.call();
        if (found.isPresent()) {
          return found.get();
        }
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        last = e;
      }
      if (System.nanoTime() - deadline >= 0) {
        throw new AssertionError("within " + max.toMillis() + " ms there was not: " + what, last);
      }
      pause(LOOK_AGAIN_MILLIS);
    }
  }

  /** Looks until {@code look} says so. */
  public static void holds(String what, Duration max, Callable<Boolean> look) throws Exception {
    find(what, max, () -> look.call() ? Optional.of(true) : Optional.empty());
  }

  /** Waits for the end of threads that have been told to end. */
  public static void end(List<Thread> threads, Duration max) {
    long deadline = System.nanoTime() + max.toNanos();
    for (Thread thread : threads) {
      try {
        TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, deadline - System.nanoTime()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while a thread was to end", e);
      }
      if (thread.isAlive()) {
        throw new AssertionError("a thread does not come to its end");
      }
    }
  }

  /** Lets others do something before one looks again. */
  public static void pause(long millis) throws InterruptedException {
    var _ = NEVER.tryAcquire(millis, TimeUnit.MILLISECONDS);
  }
}
