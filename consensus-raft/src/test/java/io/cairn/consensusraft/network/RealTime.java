// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.TimeSource;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The machine's time, for tests with real connections. */
final class RealTime implements Scheduler, TimeSource, AutoCloseable {
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);

  @Override
  public Lane lane(String name) {
    throw new UnsupportedOperationException("the network has a lane of its own");
  }

  @Override
  public Cancellable after(long delayNanos, Lane lane, Runnable task) {
    ScheduledFuture<?> scheduled =
        timer.schedule(() -> lane.execute(task), delayNanos, TimeUnit.NANOSECONDS);
    return () -> scheduled.cancel(false);
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public long wallMillis() {
    return System.currentTimeMillis();
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
