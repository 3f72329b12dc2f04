// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.virtual;

import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.TimeSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Clock and lanes of a test: tasks run in the order in which they were handed in, whatever their
 * lane, when the test calls {@link #run} or lets time pass.
 */
public final class VirtualTime implements TimeSource, Scheduler {
  private static final long WALL_ORIGIN_MILLIS = 1_700_000_000_000L;

  private record Timer(long atNanos, long order, Runnable task) {}

  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::atNanos).thenComparingLong(Timer::order));
  // Not zero, so that nobody takes the origin for a special value.
  private long nowNanos = -5_000_000_000L;
  private long timersMade;

  @Override
  public long nanos() {
    return nowNanos;
  }

  @Override
  public long wallMillis() {
    return WALL_ORIGIN_MILLIS + nowNanos / 1_000_000;
  }

  @Override
  public Lane lane(String name) {
    return new Lane() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public void execute(Runnable task) {
        tasks.add(task);
      }
    };
  }

  @Override
  public Cancellable after(long delayNanos, Lane lane, Runnable task) {
    Timer timer =
        new Timer(nowNanos + Math.max(delayNanos, 0), timersMade++, () -> lane.execute(task));
    timers.add(timer);
    return () -> timers.remove(timer);
  }

  /** Runs everything that can run now. */
  public void run() {
    for (Runnable task = next(); task != null; task = next()) {
      task.run();
    }
  }

  /** Lets time pass, running what becomes due at its very time. */
  public void passMillis(long millis) {
    long until = nowNanos + millis * 1_000_000L;
    run();
    for (Timer timer = timers.peek();
        timer != null && timer.atNanos() <= until;
        timer = timers.peek()) {
      timers.remove();
      nowNanos = timer.atNanos();
      timer.task().run();
      run();
    }
    nowNanos = until;
  }

  /** How many timers are set. */
  public int timers() {
    return timers.size();
  }

  private @Nullable Runnable next() {
    return tasks.poll();
  }
}
