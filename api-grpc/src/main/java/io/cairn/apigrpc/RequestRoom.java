// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.spi.environment.ThreadSafe;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of large requests may be under way, from their first byte on the heap to their
 * answer.
 *
 * <p>A large request has a place. It takes its bytes from the room, or waits in line for them while
 * its client still holds them; {@link RequestIntake} sees to that. So requests of any number of
 * clients take no more memory than the room has. Whoever would wait behind {@link #WAITING_MAX}
 * others is refused. Small requests have no places, and wait for nobody.
 *
 * <p>The line is served in order. A request that is larger than the room gets it when nobody else
 * has any of it.
 */
@ThreadSafe
final class RequestRoom {

  /** The size up to which requests need no place. */
  static final int SMALL_BYTES = 64 * 1024;

  /** Each keeps as much outside of the heap as a client may send without being asked. */
  static final int WAITING_MAX = 1024;

  private final long capacity;
  private final long stalledMillis;
  // Guarded by this.
  private final ArrayDeque<Place> waiting = new ArrayDeque<>();
  private long used;

  /**
   * Room for {@code capacity} bytes.
   *
   * @param stalledMillis as {@link GrpcSettings} says
   */
  RequestRoom(long capacity, long stalledMillis) {
    this.capacity = capacity;
    this.stalledMillis = stalledMillis;
  }

  /** After how long without sending a client loses the place that others wait for. */
  long stalledMillis() {
    return stalledMillis;
  }

  /** What one request has or waits for. */
  final class Place {
    private final long bytes;
    private final Runnable whenTaken;
    // Guarded by the room.
    private boolean taken;
    private boolean ended;

    private Place(long bytes, Runnable whenTaken) {
      this.bytes = bytes;
      this.whenTaken = whenTaken;
    }

    /** Whether the request has its bytes. */
    boolean isTaken() {
      synchronized (RequestRoom.this) {
        return taken;
      }
    }

    /** Nobody needs the request any more, or nobody waits with it; any thread, any number. */
    void giveBack() {
      List<Place> next;
      synchronized (RequestRoom.this) {
        if (ended) {
          return;
        }
        ended = true;
        if (taken) {
          used -= bytes;
        } else {
          waiting.remove(this);
        }
        next = nextTaken();
      }
      for (Place place : next) {
        place.whenTaken.run();
      }
    }
  }

  /**
   * A place for a request of {@code bytes}, which may have to wait; null if too many wait already.
   *
   * @param whenTaken runs on any thread, and only if the place was not taken at once
   */
  synchronized @Nullable Place enter(long bytes, Runnable whenTaken) {
    Place place = new Place(bytes, whenTaken);
    if (waiting.isEmpty() && fits(place)) {
      take(place);
    } else if (waiting.size() == WAITING_MAX) {
      return null;
    } else {
      waiting.add(place);
    }
    return place;
  }

  /** Whether anybody waits. */
  synchronized boolean isAwaited() {
    return !waiting.isEmpty();
  }

  private boolean fits(Place place) {
    return used == 0 || used + place.bytes <= capacity;
  }

  private void take(Place place) {
    place.taken = true;
    used += place.bytes;
  }

  /** Takes from the line who has room now. */
  private List<Place> nextTaken() {
    List<Place> next = List.of();
    for (Place first = waiting.peek(); first != null && fits(first); first = waiting.peek()) {
      waiting.remove();
      take(first);
      if (next.isEmpty()) {
        next = new ArrayList<>();
      }
      next.add(first);
    }
    return next;
  }
}
