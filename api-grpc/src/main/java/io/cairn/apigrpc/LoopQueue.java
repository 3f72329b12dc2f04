// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.spi.environment.ThreadSafe;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Calls that wait for their event loop, because something has happened to them on another thread.
 *
 * <p>Whoever finds the queue empty wakes the loop; everybody else only adds. So a batch of answers
 * from the store costs one wake-up per loop, not one per answer, and the thread of the store does
 * none of the work of writing. (With 64 requests in flight over 8 connections and one thread that
 * answers, this took 15 to 20 microseconds of CPU per put on two busy cores, writing from the
 * answering thread 38; with 256 in flight there was no difference.) The queue is a list that is
 * linked through the calls themselves: adding allocates nothing. It is bounded by the calls that
 * are open, each of which is in it at most once.
 *
 * <p><b>Threads.</b> {@link #add} may be called by any; calls run on the loop alone, in the order
 * in which they were added.
 */
@ThreadSafe
final class LoopQueue implements Runnable {

  /** The queue of the loop whose thread asks; set by {@link #bind}, read by that thread only. */
  private static final FastThreadLocal<LoopQueue> CURRENT = new FastThreadLocal<>();

  private final EventExecutor loop;

  /**
   * The call added last, linked to the one before it, and so on. Written by all who add and by the
   * loop that takes all; compare-and-set alone publishes what the adder wrote into the call.
   */
  private final AtomicReference<@Nullable LoopCall> newest = new AtomicReference<>();

  /** The queue of {@code loop}. */
  LoopQueue(EventExecutor loop) {
    this.loop = loop;
  }

  /** The loop itself. */
  EventExecutor loop() {
    return loop;
  }

  /** Makes this the queue of the calling thread, which must be the loop's. */
  void bind() {
    CURRENT.set(this);
  }

  /** The queue of the event loop that is calling. */
  static LoopQueue current() {
    LoopQueue queue = CURRENT.get();
    if (queue == null) {
      throw new IllegalStateException("calls start on an event loop of this transport");
    }
    return queue;
  }

  /** Lets {@code call} run on the loop. It must not be in the queue already. */
  void add(LoopCall call) {
    LoopCall before = newest.get();
    while (true) {
      call.nextInQueue = before;
      if (newest.compareAndSet(before, call)) {
        break;
      }
      before = newest.get();
    }
    if (before == null) {
      execute(this);
    }
  }

  /** Runs {@code task} on the loop, unless the loop has ended; for rare events only. */
  void execute(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      if (!loop.isShuttingDown()) {
        throw e;
      }
      // The transport has stopped, and its calls have gone with their connections. The store may
      // still have answers for them; it must not stumble over that.
    }
  }

  /** Runs everything that has been added; called by the loop. */
  @Override
  public void run() {
    @Nullable LoopCall call = oldestFirst(newest.getAndSet(null));
    while (call != null) {
      // Once it runs, the call may be added again, so its link must be read before.
      LoopCall following = call.nextInQueue;
      call.nextInQueue = null;
      call.runOnLoop();
      call = following;
    }
  }

  private static @Nullable LoopCall oldestFirst(@Nullable LoopCall newestFirst) {
    LoopCall reversed = null;
    LoopCall call = newestFirst;
    while (call != null) {
      LoopCall older = call.nextInQueue;
      call.nextInQueue = reversed;
      reversed = call;
      call = older;
    }
    return reversed;
  }
}
