// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.kernel.state.Published;
import io.cairn.spi.environment.ThreadSafe;
import java.util.ArrayDeque;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Where a stream's thread meets the others: the queue of watchers that may have something to say,
 * and the fields of {@link Watcher} that several threads use.
 *
 * <p>Everything happens under one lock, held for a few operations on arrays. Who puts something in
 * wakes the stream, unless it was woken already since it last ran dry; so a stream that is not
 * pumped costs a number per event and nothing else.
 */
@ThreadSafe
final class StreamInbox {
  /**
   * What a watcher has to go on.
   *
   * @param fetched what the catch-up lane has read
   * @param to up to where it is catching up
   * @param noted the revisions that concern it from there on
   */
  @SuppressWarnings("ArrayRecordComponent") // Made for one reader; nobody compares stocks.
  record Stock(@Nullable Batch fetched, long to, long[] noted) {}

  private final Published published;
  private final Runnable wake;

  private final Object lock = new Object();
  // Guarded by the lock, like what follows. No watcher is in it twice.
  private final ArrayDeque<Watcher> ready = new ArrayDeque<>();
  // The stream knows that it has to look, and has not run dry since.
  private boolean woken;
  // Changed under the lock; the stream's thread looks at them without, before each message. If it
  // misses a change, whoever made it finds that the stream has run dry and wakes it.
  private volatile boolean ticked;
  private volatile boolean identified;
  private boolean closed;
  // A watcher of this stream is with the catch-up lane, or what it read waits to be taken.
  private @Nullable Watcher fetching;

  StreamInbox(Published published, Runnable wake) {
    this.published = published;
    this.wake = wake;
  }

  // The stream's thread.

  /**
   * The watcher whose turn it is, or null. If there is none and {@code mayRunDry}, whoever puts
   * something in from now on wakes the stream again, unless {@link #isSignalled} already.
   */
  @Nullable Watcher poll(boolean mayRunDry) {
    synchronized (lock) {
      Watcher watcher = ready.poll();
      if (watcher != null) {
        watcher.queued = false;
      } else if (mayRunDry && !isSignalled()) {
        woken = false;
      }
      return watcher;
    }
  }

  /** Whether {@link #takeTick} or {@link #takeIdentified} has something. */
  boolean isSignalled() {
    return ticked || identified;
  }

  /** Whether the progress interval has passed since the last call. */
  boolean takeTick() {
    synchronized (lock) {
      boolean taken = ticked;
      ticked = false;
      return taken;
    }
  }

  /** Whether it became known since the last call who makes a request. */
  boolean takeIdentified() {
    synchronized (lock) {
      boolean taken = identified;
      identified = false;
      return taken;
    }
  }

  /** How many watchers wait for their turn. */
  int waiting() {
    synchronized (lock) {
      return ready.size();
    }
  }

  void enqueue(Watcher watcher) {
    synchronized (lock) {
      enqueueLocked(watcher);
    }
  }

  /** What {@code watcher} has to go on; null while it is not the stream's to advance. */
  @Nullable Stock take(Watcher watcher) {
    synchronized (lock) {
      if (watcher.gone || watcher.fetching) {
        return null;
      }
      Batch fetched = watcher.fetched;
      watcher.fetched = null;
      if (fetched != null) {
        fetching = null;
      }
      if (watcher.hasForgotten()) {
        watcher.catchUpTo(published.state().revision());
      }
      boolean live = watcher.next >= watcher.liveFrom;
      return new Stock(
          fetched, watcher.liveFrom - 1, live ? watcher.copyNoted() : Watcher.NOTHING_NOTED);
    }
  }

  /**
   * Puts a watcher that has been advanced back into the queue if it has more to say.
   *
   * @return whether it has been told everything up to {@code revision}
   */
  boolean settle(Watcher watcher, long revision) {
    long present = published.state().revision();
    synchronized (lock) {
      watcher.dropNotedBelow(watcher.next);
      if (watcher.isBehind(present)) {
        enqueueLocked(watcher);
      }
      return !watcher.isBehind(revision);
    }
  }

  /** Leaves the watcher alone until the catch-up lane has read for it. */
  void leave(Watcher watcher) {
    synchronized (lock) {
      if (watcher.next >= watcher.liveFrom) {
        watcher.catchUpTo(published.state().revision());
      }
      watcher.fetching = true;
    }
  }

  /** The next thing for the catch-up lane, if it is not at work for this stream. */
  CatchUp.@Nullable Reading nextReading(ArrayDeque<Watcher> toFetch) {
    synchronized (lock) {
      Watcher watcher = fetching == null ? toFetch.poll() : null;
      if (watcher == null) {
        return null;
      }
      fetching = watcher;
      return new CatchUp.Reading(watcher, watcher.next, watcher.nextSub, watcher.liveFrom - 1);
    }
  }

  /**
   * Makes a watcher say nothing any more.
   *
   * @return whether the catch-up lane is at work for it, or has been
   */
  boolean remove(Watcher watcher) {
    synchronized (lock) {
      watcher.gone = true;
      watcher.fetched = null;
      boolean wasFetching = isFetching(watcher);
      if (wasFetching) {
        fetching = null;
      }
      return wasFetching;
    }
  }

  boolean isCatchingUp(Watcher watcher) {
    synchronized (lock) {
      return watcher.next < watcher.liveFrom || watcher.hasForgotten();
    }
  }

  /** Whether all have been told everything up to {@code revision}. */
  boolean areTold(Collection<Watcher> watchers, long revision) {
    synchronized (lock) {
      for (Watcher watcher : watchers) {
        if (watcher.isBehind(revision)) {
          return false;
        }
      }
      return true;
    }
  }

  /** A watcher begins. Under the hub's lock. */
  void begin(Watcher watcher, long revision) {
    synchronized (lock) {
      watcher.begin(revision);
    }
  }

  void close() {
    synchronized (lock) {
      closed = true;
      ready.clear();
    }
  }

  // Any thread.

  /**
   * The apply lane: {@code revision} concerns {@code watcher}. Under the hub's lock.
   *
   * @return whether the stream has to be woken, which the caller does when it holds no lock
   */
  boolean note(Watcher watcher, long revision) {
    synchronized (lock) {
      if (!watcher.watchesEverything && !watcher.note(revision)) {
        return false;
      }
      enqueueLocked(watcher);
      return wantsWake();
    }
  }

  /**
   * The apply lane: nobody knows which of the revisions {@code from} to {@code to} concern {@code
   * watcher}. Under the hub's lock.
   *
   * @return whether the stream has to be woken, which the caller does when it holds no lock
   */
  boolean missed(Watcher watcher, long from, long to) {
    synchronized (lock) {
      if (!watcher.miss(from, to)) {
        return false;
      }
      enqueueLocked(watcher);
      return wantsWake();
    }
  }

  /** The catch-up lane: what it has read. False if nobody wants it any more. */
  boolean fetched(Watcher watcher, Batch batch) {
    boolean wakes;
    synchronized (lock) {
      if (watcher.gone) {
        return false;
      }
      watcher.fetched = batch;
      watcher.fetching = false;
      enqueueLocked(watcher);
      wakes = wantsWake();
    }
    if (wakes) {
      wake();
    }
    return true;
  }

  /** The catch-up lane: what it read was not taken in time. The watcher asks again at its turn. */
  @SuppressWarnings("ReferenceEquality") // This very batch, not one like it that was read later.
  void evicted(Watcher watcher, Batch batch) {
    synchronized (lock) {
      if (watcher.fetched == batch) {
        watcher.fetched = null;
        fetching = null;
      }
    }
  }

  /** The hub's lane: the progress interval has passed. */
  void tick() {
    synchronized (lock) {
      ticked = true;
    }
    wakeUnlessWoken();
  }

  /** Whoever identifies callers: it is known who makes a request. */
  void identified() {
    synchronized (lock) {
      identified = true;
    }
    wakeUnlessWoken();
  }

  /** Has the stream look, whatever the reason. */
  void wakeUnlessWoken() {
    boolean wakes;
    synchronized (lock) {
      wakes = wantsWake();
    }
    if (wakes) {
      wake();
    }
  }

  /** Tells the transport to pump. Without any lock. */
  void wake() {
    wake.run();
  }

  @SuppressWarnings("ReferenceEquality") // Watchers are themselves and equal to nothing else.
  private boolean isFetching(Watcher watcher) {
    return fetching == watcher;
  }

  private void enqueueLocked(Watcher watcher) {
    if (!watcher.queued && !watcher.fetching && !watcher.gone) {
      watcher.queued = true;
      ready.add(watcher);
    }
  }

  private boolean wantsWake() {
    if (woken || closed) {
      return false;
    }
    woken = true;
    return true;
  }
}
