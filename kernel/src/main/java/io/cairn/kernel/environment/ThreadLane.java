// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.environment;

import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.ProcessExit;
import io.cairn.spi.environment.ThreadSafe;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * A lane on a thread of its own. The thread parks when it has nothing to do, and whoever hands in a
 * task unparks it only then: on a busy lane handing in costs one queue node and no system call.
 */
@ThreadSafe
final class ThreadLane implements Lane {
  private final String name;
  private final ProcessExit exit;
  private final Thread thread;
  private final ConcurrentLinkedQueue<Runnable> queue = new ConcurrentLinkedQueue<>();
  private final CountDownLatch ended = new CountDownLatch(1);

  // Written by the lane's thread around parking, read by those who hand in tasks. The thread sets
  // it and then looks at the queue once more, they add to the queue and then look at it: one of the
  // two sees the other.
  private volatile boolean parked;

  // Written once by stop(), read by the lane's thread when its queue is empty.
  private volatile boolean stopping;

  // Counters: written by the lane's thread alone; a reader may see them a moment late.
  private volatile long tasks;
  private volatile long wakeUps;
  private volatile long busyNanos;
  private volatile long busySince;

  ThreadLane(String name, ProcessExit exit) {
    this.name = name;
    this.exit = exit;
    this.thread = Thread.ofPlatform().name("cairn-" + name).daemon().unstarted(this::run);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void execute(Runnable task) {
    if (ended.getCount() == 0) {
      return;
    }
    queue.add(task);
    if (parked) {
      LockSupport.unpark(thread);
    }
  }

  void start() {
    thread.start();
  }

  /** Ends the thread once the queue is empty. */
  void stop() {
    stopping = true;
    LockSupport.unpark(thread);
  }

  /** Waits for the end, unless it is the lane itself that asks. */
  void awaitEnd() {
    if (Thread.currentThread().threadId() == thread.threadId()) {
      return;
    }
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  LaneStats stats() {
    long since = busySince;
    return new LaneStats(
        name,
        tasks,
        wakeUps,
        busyNanos,
        queue.size(),
        since == 0 ? 0 : Math.max(0, System.nanoTime() - since));
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // Only this thread writes the counters.
  private void run() {
    busySince = System.nanoTime();
    while (true) {
      Runnable task = queue.poll();
      if (task != null) {
        runTask(task);
        tasks++;
      } else if (stopping) {
        ended.countDown();
        return;
      } else {
        idle();
      }
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // Only this thread writes the counters.
  private void idle() {
    busyNanos += System.nanoTime() - busySince;
    busySince = 0;
    parked = true;
    while (queue.isEmpty() && !stopping) {
      LockSupport.park(this);
    }
    parked = false;
    wakeUps++;
    busySince = System.nanoTime();
  }

  @SuppressWarnings("CatchAndPrintStackTrace") // The top of a lane: nothing may pass.
  private void runTask(Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) {
      ended.countDown();
      throw exit.fail("a task on lane '" + name + "' failed", failure);
    }
  }
}
