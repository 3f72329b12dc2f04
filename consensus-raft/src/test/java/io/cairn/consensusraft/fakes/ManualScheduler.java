// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.fakes;

import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.TimeSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

/** Lanes and time that move when the test says so, on its thread. */
public final class ManualScheduler implements Scheduler, TimeSource {
  private record Timer(long at, long order, Lane lane, Runnable task) {}

  private final Deque<Runnable> ready = new ArrayDeque<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::at).thenComparingLong(Timer::order));
  private final List<String> lanes = new ArrayList<>();
  private long now = 1_000_000_000;
  private long order;
  private long wakeUps;

  @Override
  public Lane lane(String name) {
    lanes.add(name);
    return new Lane() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public void execute(Runnable task) {
        wakeUps++;
        ready.add(task);
      }
    };
  }

  @Override
  public Cancellable after(long delayNanos, Lane lane, Runnable task) {
    Timer timer = new Timer(now + delayNanos, order++, lane, task);
    timers.add(timer);
    return () -> timers.remove(timer);
  }

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public long wallMillis() {
    return now / 1_000_000;
  }

  /** Runs all tasks that are ready and those they bring. */
  public void runReady() {
    for (Runnable task = ready.poll(); task != null; task = ready.poll()) {
      task.run();
    }
  }

  /** Runs the oldest ready task, if there is one. */
  public boolean runOne() {
    Runnable task = ready.poll();
    if (task == null) {
      return false;
    }
    task.run();
    return true;
  }

  /** Lets time pass, running what falls due. */
  public void advanceMillis(long millis) {
    long until = now + millis * 1_000_000;
    runReady();
    while (!timers.isEmpty() && timers.peek().at <= until) {
      Timer timer = timers.poll();
      now = Math.max(now, timer.at);
      timer.lane.execute(timer.task);
      runReady();
    }
    now = until;
  }

  /** How many tasks were handed to lanes. */
  public long wakeUps() {
    return wakeUps;
  }

  /** The lanes that were asked for. */
  public List<String> lanes() {
    return lanes;
  }
}
