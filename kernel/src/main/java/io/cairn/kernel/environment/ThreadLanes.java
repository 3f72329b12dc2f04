// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.environment;

import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.ProcessExit;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Lanes on threads of their own, and one thread that hands delayed tasks to them.
 *
 * <p>Lane threads are never interrupted, since an interrupt would close the files that a lane has
 * open under everybody who uses them.
 */
@ThreadSafe
public final class ThreadLanes implements Scheduler, AutoCloseable {
  private final ProcessExit exit;
  private final ScheduledThreadPoolExecutor timer;
  private final List<ThreadLane> lanes = new CopyOnWriteArrayList<>();

  /**
   * Lanes whose failed tasks end the process through {@code exit}.
   *
   * @param exit told of everything that a task throws
   */
  public ThreadLanes(ProcessExit exit) {
    this.exit = exit;
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().name("cairn-timer").daemon().unstarted(task));
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public Lane lane(String name) {
    ThreadLane lane = new ThreadLane(name, exit);
    lanes.add(lane);
    lane.start();
    return lane;
  }

  @Override
  public Cancellable after(long delayNanos, Lane lane, Runnable task) {
    DelayedTask delayed = new DelayedTask(task);
    if (!timer.isShutdown()) {
      var _ =
          timer.schedule(
              () -> lane.execute(delayed), Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
    }
    return delayed;
  }

  /** What each lane has done so far, in the order in which the lanes were made. */
  public List<LaneStats> stats() {
    return lanes.stream().map(ThreadLane::stats).toList();
  }

  /** Drops delayed tasks, lets every lane finish what it has been given, and ends their threads. */
  @Override
  public void close() {
    timer.shutdownNow();
    lanes.forEach(ThreadLane::stop);
    lanes.forEach(ThreadLane::awaitEnd);
  }

  /** A task that can be called off until it begins. */
  private static final class DelayedTask implements Runnable, Cancellable {
    private final Runnable task;
    // Written by whoever cancels, read by the lane: a cancellation that is seen late is a task that
    // had begun, which X4 allows.
    private volatile boolean cancelled;

    DelayedTask(Runnable task) {
      this.task = task;
    }

    @Override
    public void run() {
      if (!cancelled) {
        task.run();
      }
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }
}
