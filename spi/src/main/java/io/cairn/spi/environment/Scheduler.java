// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.environment;

/** Makes lanes and runs tasks later (X2-X4). */
@ThreadSafe
public interface Scheduler {
  /** A new lane of its own. Names need not be unique but should be. */
  Lane lane(String name);

  /** Runs {@code task} on {@code lane} once at least {@code delayNanos} have passed. */
  Cancellable after(long delayNanos, Lane lane, Runnable task);

  /** A task that has not run yet. */
  @ThreadSafe
  interface Cancellable {
    /** Prevents the task from starting, if it has not. */
    void cancel();
  }
}
