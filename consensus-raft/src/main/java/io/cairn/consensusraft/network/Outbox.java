// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import io.cairn.spi.environment.ThreadSafe;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What waits to be sent on one link, bounded by number and bytes.
 *
 * <p>Whoever finds it asleep wakes the loop; everybody else only adds, so that what is handed in at
 * once costs one wake-up and leaves as one batch. What finds no room is dropped; that this happened
 * is told once, until everything that waited has left.
 *
 * <p><b>Threads.</b> Any may {@link #add}; the rest is called by the loop alone.
 */
@ThreadSafe
final class Outbox {
  /** What has become of a frame. */
  enum Outcome {
    /** It waits, and the loop knows that something does. */
    QUEUED,
    /** It waits, and the loop is to be woken. */
    QUEUED_FIRST,
    /** It is dropped. */
    DROPPED,
    /** It is dropped, and the loop is to be told that messages are. */
    DROPPED_FIRST
  }

  private final int countMax;
  private final long bytesMax;

  // All guarded by this.
  private final Deque<Frame> frames = new ArrayDeque<>();
  private long bytes;
  private boolean open = true;
  private boolean awake;
  private boolean dropping;
  private long dropped;

  Outbox(int countMax, long bytesMax) {
    this.countMax = countMax;
    this.bytesMax = bytesMax;
  }

  /** Lets {@code frame} wait, if there is room. */
  synchronized Outcome add(Frame frame) {
    int size = Batch.sizeOf(frame);
    boolean fits = frames.size() < countMax && (bytes + size <= bytesMax || frames.isEmpty());
    if (!open || !fits) {
      dropped++;
      boolean first = open && !dropping;
      dropping = true;
      return first ? Outcome.DROPPED_FIRST : Outcome.DROPPED;
    }
    frames.add(frame);
    bytes += size;
    boolean first = !awake;
    awake = true;
    return first ? Outcome.QUEUED_FIRST : Outcome.QUEUED;
  }

  /**
   * Takes what has waited longest, up to about {@code batchBytes} but at least one frame; if there
   * is none, the next frame wakes the loop again.
   */
  synchronized List<Frame> take(int batchBytes) {
    List<Frame> taken = new ArrayList<>(Math.min(frames.size(), 16));
    long takenBytes = 0;
    while (!frames.isEmpty()) {
      int size = Batch.sizeOf(frames.getFirst());
      if (takenBytes > 0 && takenBytes + size > batchBytes) {
        break;
      }
      taken.add(frames.removeFirst());
      takenBytes += size;
    }
    bytes -= takenBytes;
    if (frames.isEmpty()) {
      dropping = false;
      awake = !taken.isEmpty();
    }
    return taken;
  }

  /** Whether nothing waits. */
  synchronized boolean isEmpty() {
    return frames.isEmpty();
  }

  /** Drops what waits, and everything from now on. */
  synchronized void close() {
    open = false;
    dropped += frames.size();
    frames.clear();
    bytes = 0;
  }

  /** Lets messages wait again. */
  synchronized void open() {
    open = true;
    awake = false;
    dropping = false;
  }

  /** How many messages were dropped so far. */
  synchronized long dropped() {
    return dropped;
  }
}
