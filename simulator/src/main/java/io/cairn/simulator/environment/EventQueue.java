// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.environment;

import io.cairn.spi.environment.OnLane;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is going to happen, ordered by virtual time and, within one instant, by the order
 * in which it was asked for. No time passes but from event to event.
 *
 * <p>An event may {@link #elapse take time}: what it asks for from then on happens later. That is
 * how a slow disk delays what follows a sync, though the call returns at once.
 *
 * <p>Every event is folded into a {@link #hash}, so that two runs can be told to be the same.
 */
@OnLane("simulation")
public final class EventQueue {
  /** How many of the last events are kept for the report of a failure. */
  private static final int TRACED = 200;

  /** Not zero, so that nobody takes the origin for a special value. */
  private static final long ORIGIN_NANOS = 1_000_000_000;

  /** Below this size nobody minds events that were cancelled. */
  private static final int SWEPT_FROM = 256;

  /** An event that has not happened yet. */
  public static final class Event {
    private final EventQueue queue;
    private final long atNanos;
    private final long order;
    private final String what;
    private @Nullable Runnable task;

    private Event(EventQueue queue, long atNanos, long order, String what, Runnable task) {
      this.queue = queue;
      this.atNanos = atNanos;
      this.order = order;
      this.what = what;
      this.task = task;
    }

    /** Prevents it from happening. */
    public void cancel() {
      if (task != null) {
        task = null;
        queue.cancelled++;
      }
    }
  }

  // A binary heap; an own one, because this is the hottest place of a simulation. The moments are
  // also beside the events, so that few of these have to be looked at.
  private Event[] heap = new Event[1024];
  private long[] moments = new long[1024];
  private int size;

  /** How many of the heap were cancelled: most timers are, long before their time. */
  private int cancelled;

  private long orders;
  private long nowNanos = ORIGIN_NANOS;
  private long elapsedNanos;
  private long count;
  private long hash = 0x9e3779b97f4a7c15L;
  // A ring; text is made of it only when somebody asks.
  private final String[] tracedWhat = new String[TRACED];
  private final long[] tracedAtNanos = new long[TRACED];
  private int traced;

  /** The present, which includes what the running event has taken so far. */
  public long now() {
    return nowNanos + elapsedNanos;
  }

  /** When the running event began: what it does can be seen from then on. */
  public long eventTime() {
    return nowNanos;
  }

  /** How long the simulation has lasted. */
  public long elapsedSinceStart() {
    return now() - ORIGIN_NANOS;
  }

  /** The running event has taken so much time. */
  public void elapse(long nanos) {
    elapsedNanos += nanos;
  }

  /** Lets something happen {@code delayNanos} from now. */
  public Event after(long delayNanos, String what, Runnable task) {
    return at(now() + Math.max(0, delayNanos), what, task);
  }

  /** Lets something happen at {@code atNanos}, or now if that is past. */
  public Event at(long atNanos, String what, Runnable task) {
    Event event = new Event(this, Math.max(atNanos, now()), orders++, what, task);
    if (cancelled > size / 2 && size > SWEPT_FROM) {
      sweep();
    }
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
      moments = Arrays.copyOf(moments, size * 2);
    }
    int at = size++;
    while (at > 0 && isBefore(event, (at - 1) >>> 1)) {
      move((at - 1) >>> 1, at);
      at = (at - 1) >>> 1;
    }
    put(event, at);
    return event;
  }

  private boolean isBefore(Event event, int place) {
    long other = moments[place];
    return event.atNanos < other || (event.atNanos == other && event.order < heap[place].order);
  }

  private boolean isBefore(int place, int other) {
    long here = moments[place];
    long there = moments[other];
    return here < there || (here == there && heap[place].order < heap[other].order);
  }

  private void move(int from, int to) {
    heap[to] = heap[from];
    moments[to] = moments[from];
  }

  private void put(Event event, int place) {
    heap[place] = event;
    moments[place] = event.atNanos;
  }

  /** Forgets what was cancelled. The order of the rest is total, so that nothing else changes. */
  private void sweep() {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (heap[i].task != null) {
        move(i, kept++);
      }
    }
    Arrays.fill(heap, kept, size, null);
    size = kept;
    cancelled = 0;
    for (int i = size / 2 - 1; i >= 0; i--) {
      sink(i, heap[i]);
    }
  }

  /** Lets everything happen up to {@code untilNanos}, which is the present afterwards. */
  public void runUntil(long untilNanos) {
    while (size > 0 && moments[0] <= untilNanos) {
      runNext();
    }
    nowNanos = Math.max(nowNanos, untilNanos);
  }

  /** Lets the next thing happen; false if there is nothing. */
  public boolean runNext() {
    if (size == 0) {
      return false;
    }
    Event event = removeFirst();
    Runnable task = event.task;
    if (task == null) {
      cancelled--;
      return true;
    }
    event.task = null;
    nowNanos = Math.max(nowNanos, event.atNanos);
    elapsedNanos = 0;
    count++;
    note(event.what);
    task.run();
    // What an event takes delays what it brings about, not what others do meanwhile.
    elapsedNanos = 0;
    return true;
  }

  /** When the next thing happens, or {@link Long#MAX_VALUE}. */
  public long nextAt() {
    return size == 0 ? Long.MAX_VALUE : moments[0];
  }

  /** Adds a fact to the hash and the trace. */
  public void note(String what) {
    fold(now());
    fold(what.hashCode());
    int at = traced++ % TRACED;
    tracedWhat[at] = what;
    tracedAtNanos[at] = now();
  }

  /** Adds a number to the hash. */
  public void fold(long value) {
    long z = Long.rotateLeft(hash, 23) ^ (value + 0x9e3779b97f4a7c15L);
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    hash = z ^ (z >>> 27);
  }

  /** Equal for equal runs; different for others but by chance. */
  public long hash() {
    return hash;
  }

  /** How many events there have been. */
  public long count() {
    return count;
  }

  /** The last things that happened, oldest first, each with its time in milliseconds. */
  public List<String> trace() {
    List<String> lines = new ArrayList<>();
    for (int i = Math.max(0, traced - TRACED); i < traced; i++) {
      long micros = (tracedAtNanos[i % TRACED] - ORIGIN_NANOS) / 1000;
      String fraction = (1000 + micros % 1000 + "").substring(1);
      lines.add(micros / 1000 + "." + fraction + " " + tracedWhat[i % TRACED]);
    }
    return lines;
  }

  private Event removeFirst() {
    Event first = heap[0];
    Event last = heap[--size];
    sink(0, last);
    return first;
  }

  /** Puts an event where it belongs, at or below a place whose own event may be overwritten. */
  private void sink(int from, Event event) {
    int at = from;
    while (true) {
      int child = 2 * at + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && isBefore(child + 1, child)) {
        child++;
      }
      if (isBefore(event, child)) {
        break;
      }
      move(child, at);
      at = child;
    }
    put(event, at);
  }
}
