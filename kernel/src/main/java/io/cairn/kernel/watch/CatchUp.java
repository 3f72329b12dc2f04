// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.ThreadSafe;
import java.util.ArrayDeque;

/**
 * The lane that reads for watchers what is not in memory, or too long for a stream's own thread.
 *
 * <p>A stream has one reading under way or waiting to be taken, asks for it only when its client
 * can take more, and goes to the end of the queue with each: so streams get equal turns, whatever
 * they have to catch up on. What was read and not taken is bounded in bytes: beyond the bound the
 * oldest is thrown away, and read again when its stream comes for it.
 */
@ThreadSafe
final class CatchUp {
  /** How many records one turn looks at. */
  static final int RECORDS_PER_TURN = 1 << 16;

  /** What is to be read. */
  record Reading(Watcher watcher, long from, int fromSub, long to) {}

  private record Held(Watcher watcher, Batch batch) {}

  private final Lane lane;
  private final History history;
  private final BatchBuilder builder;
  private final long bytesMax;
  private final Object lock = new Object();
  // Guarded by the lock. At most one per stream.
  private final ArrayDeque<Reading> waiting = new ArrayDeque<>();
  private final ArrayDeque<Held> held = new ArrayDeque<>();
  private long heldBytes;
  private boolean reading;

  CatchUp(Lane lane, History history, BatchBuilder builder, long bytesMax) {
    this.lane = lane;
    this.history = history;
    this.builder = builder;
    this.bytesMax = bytesMax;
  }

  /** Reads when it is the stream's turn, and hands it the outcome. */
  void read(Reading wanted) {
    synchronized (lock) {
      waiting.add(wanted);
      if (reading) {
        return;
      }
      reading = true;
    }
    lane.execute(this::turn);
  }

  /** The stream has taken what was read for {@code watcher}. */
  void taken(Watcher watcher) {
    synchronized (lock) {
      dropHeld(watcher);
    }
  }

  /**
   * Nothing is wanted for {@code watcher} any more. Otherwise a client that creates and cancels
   * watchers would keep the lane busy with readings for nobody, as many as it likes.
   */
  void forget(Watcher watcher) {
    synchronized (lock) {
      waiting.removeIf(wanted -> isFor(wanted.watcher, watcher));
      dropHeld(watcher);
    }
  }

  private void dropHeld(Watcher watcher) {
    held.removeIf(one -> {
      boolean found = isFor(one.watcher, watcher);
      heldBytes -= found ? one.batch.bytes() : 0;
      return found;
    });
  }

  @SuppressWarnings("ReferenceEquality") // Watchers are themselves and equal to nothing else.
  private static boolean isFor(Watcher one, Watcher other) {
    return one == other;
  }

  /** The bytes that were read and not taken. */
  long heldBytes() {
    synchronized (lock) {
      return heldBytes;
    }
  }

  private void turn() {
    Reading wanted;
    synchronized (lock) {
      wanted = waiting.poll();
      if (wanted == null) {
        reading = false;
        return;
      }
    }
    Watcher watcher = wanted.watcher();
    Batch batch = history.anywhere(watcher, wanted.from(), wanted.fromSub(), wanted.to(), builder);
    hold(watcher, batch);
    if (!watcher.stream.inbox().fetched(watcher, batch)) {
      taken(watcher);
    }
    synchronized (lock) {
      reading = !waiting.isEmpty();
      if (!reading) {
        return;
      }
    }
    lane.execute(this::turn);
  }

  private void hold(Watcher watcher, Batch batch) {
    ArrayDeque<Held> evicted = new ArrayDeque<>();
    synchronized (lock) {
      held.add(new Held(watcher, batch));
      heldBytes += batch.bytes();
      while (heldBytes > bytesMax && held.size() > 1) {
        Held oldest = held.remove();
        heldBytes -= oldest.batch.bytes();
        evicted.add(oldest);
      }
    }
    evicted.forEach(oldest -> oldest.watcher.stream.inbox().evicted(oldest.watcher, oldest.batch));
  }
}
