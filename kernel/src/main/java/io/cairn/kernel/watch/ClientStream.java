// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.kernel.request.Standing;
import io.cairn.kernel.state.Published;
import io.cairn.spi.auth.Access;
import io.cairn.spi.auth.AccessControl;
import io.cairn.spi.auth.AccessView;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.StoreException;
import io.cairn.spi.store.WatchMessage;
import io.cairn.spi.store.WatchRequest;
import io.cairn.spi.store.WatchStream;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The watchers of one client, and the messages that are made of them one at a time.
 *
 * <p><b>Threads.</b> The stream's own thread calls what {@link WatchStream} has; others call {@link
 * #note}, {@link #fetched}, {@link #evicted}, {@link #tick} and {@link #end}. They meet under one
 * lock in the queue of watchers that may have something to say. Who puts something in wakes the
 * stream, unless it was woken already since it last ran dry; so a stream that is not pumped costs
 * nothing but a number per event.
 */
@OnLane("caller")
final class ClientStream implements WatchStream {
  /** How many answers to requests may wait: a client that reads none of them is cut off. */
  static final int ANSWERS_MAX = 16_384;

  /** How many revisions are looked through on the stream's own thread to catch up. */
  static final int REVISIONS_HERE_MAX = 1024;

  /** How many watchers may turn out to have nothing to say before the thread is let go. */
  private static final int IN_VAIN_MAX = 256;

  private final WatchHub hub;
  private final Published published;
  private final Standing standing;
  private final AccessControl access;
  private final History history;
  private final CatchUp catchUp;
  private final Caller caller;
  private final Runnable wake;

  // The stream's thread.
  private final BatchBuilder builder;
  private final Map<Long, Watcher> watchers = new LinkedHashMap<>();
  private final ArrayDeque<WatchMessage> answers = new ArrayDeque<>();
  private final ArrayDeque<Watcher> toFetch = new ArrayDeque<>();
  private final ProgressRequests progress = new ProgressRequests();
  private long nextId;
  private boolean ticking;
  private long turns;

  private final Object lock = new Object();
  // Guarded by the lock, like the fields of Watcher that say so. No watcher is in it twice.
  private final ArrayDeque<Watcher> ready = new ArrayDeque<>();
  private boolean woken;
  private boolean ticked;
  // A watcher of this stream is with the catch-up lane, or what it read waits to be taken.
  private @Nullable Watcher fetching;
  private Scheduler.@Nullable Cancellable nextTick;

  // Set once, by any thread; the stream's thread ends when it sees it.
  private volatile @Nullable Reason ended;
  private volatile boolean closed;

  ClientStream(
      WatchHub hub,
      Published published,
      Standing standing,
      AccessControl access,
      History history,
      CatchUp catchUp,
      BatchBuilder builder,
      Caller caller,
      Runnable wake) {
    this.hub = hub;
    this.published = published;
    this.standing = standing;
    this.access = access;
    this.history = history;
    this.catchUp = catchUp;
    this.builder = builder;
    this.caller = caller;
    this.wake = wake;
  }

  // The stream's thread.

  @Override
  public void create(WatchRequest request) {
    if (isOver()) {
      return;
    }
    // An empty key stands for the smallest one.
    Bytes key = request.key().isEmpty() ? KeyRange.ZERO : request.key();
    KeyRange range = Watcher.compact(key, request.rangeEnd());
    Reason refusal = refusal(request, range);
    if (refusal != null) {
      answer(new WatchMessage.Refused(header(), refusal));
      return;
    }
    long id = request.watchId();
    if (id == 0) {
      while (watchers.containsKey(nextId)) {
        nextId++;
      }
      id = nextId++;
    }
    Watcher watcher = new Watcher(this, id, range, request);
    long revision = hub.add(watcher);
    watchers.put(id, watcher);
    answer(new WatchMessage.Created(standing.header(revision), id));
    long floor = published.state().compactionFloor();
    if (watcher.next < floor) {
      answer(compacted(watcher, floor));
    } else if (watcher.next <= revision) {
      enqueue(watcher);
    }
    if (watcher.progressNotify && !ticking) {
      ticking = true;
      hub.keepTicking(this);
    }
  }

  private @Nullable Reason refusal(WatchRequest request, KeyRange range) {
    if (request.startRevision() < 0) {
      return new Reason.Compacted(0);
    }
    AccessView view = access.view();
    if (view.enabled()) {
      // Of the range as it came: an open range must not pass for its single first key.
      Access read = new Access.Read(new KeyRange(request.key(), request.rangeEnd()));
      Reason denied = view.check(Identity.ANONYMOUS, read);
      if (denied != null) {
        return denied;
      }
    }
    if (range.isVoid()) {
      return new Reason.WatchRangeEmpty();
    }
    return request.watchId() != 0 && watchers.containsKey(request.watchId())
        ? new Reason.WatchIdDuplicate()
        : null;
  }

  @Override
  public void cancel(long watchId) {
    Watcher watcher = isOver() ? null : watchers.remove(watchId);
    if (watcher != null) {
      remove(watcher);
      answer(new WatchMessage.Canceled(header(), watchId, 0, null));
    }
  }

  @Override
  public void requestProgress() {
    if (isOver() || watchers.isEmpty()) {
      return;
    }
    long revision = hub.revision();
    for (Watcher watcher : watchers.values()) {
      if (watcher.compacted || watcher.startRevision > revision || isCatchingUp(watcher)) {
        return; // As in etcd: forgotten, the client asks again.
      }
    }
    progress.add(revision);
    wakeUnlessWoken();
  }

  @Override
  public @Nullable WatchMessage next() {
    Reason end = ended;
    if (end != null) {
      close();
      throw new StoreException(end);
    }
    if (closed) {
      return null;
    }
    boolean ranDry = false;
    for (int inVain = 0; inVain < IN_VAIN_MAX; inVain++) {
      WatchMessage answer = answers.poll();
      if (answer != null) {
        return answer;
      }
      boolean tick;
      Watcher watcher;
      synchronized (lock) {
        tick = ticked;
        ticked = false;
        watcher = ready.poll();
        if (watcher != null) {
          watcher.queued = false;
        } else if (!tick && (ranDry || progress.isEmpty())) {
          // Whoever puts something in from now on wakes the stream again.
          woken = false;
          return null;
        }
      }
      if (tick) {
        beginTick();
      }
      turns++;
      WatchMessage message = watcher == null ? null : advance(watcher);
      if (message != null) {
        return message;
      }
      ranDry = watcher == null;
      if (ranDry || progress.isDueAt(turns)) {
        reportProgress();
      }
    }
    // Still woken, so nobody else calls: come back after others have had the thread.
    wake.run();
    return null;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    watchers.values().forEach(this::remove);
    watchers.clear();
    answers.clear();
    Scheduler.@Nullable Cancellable tick;
    synchronized (lock) {
      ready.clear();
      tick = nextTick;
    }
    if (tick != null) {
      tick.cancel();
    }
    hub.closed(this);
  }

  private boolean isOver() {
    return closed || ended != null;
  }

  private void answer(WatchMessage message) {
    answers.add(message);
    if (answers.size() > ANSWERS_MAX) {
      ended = new Reason.ResponsesExhausted();
    }
    wakeUnlessWoken();
  }

  private void wakeUnlessWoken() {
    boolean wakes;
    synchronized (lock) {
      wakes = wantsWake();
    }
    if (wakes) {
      wake();
    }
  }

  private void remove(Watcher watcher) {
    if (!watcher.compacted) {
      hub.remove(watcher);
    }
    boolean wasFetching;
    synchronized (lock) {
      watcher.gone = true;
      watcher.fetched = null;
      wasFetching = fetching == watcher;
      if (wasFetching) {
        fetching = null;
      }
    }
    toFetch.remove(watcher);
    if (wasFetching) {
      catchUp.taken(watcher);
      fetchNext();
    }
  }

  /**
   * Compaction has removed what the watcher wanted. Its id stays taken until the client cancels.
   */
  private WatchMessage compacted(Watcher watcher, long floor) {
    hub.remove(watcher);
    watcher.compacted = true;
    return new WatchMessage.Canceled(standing.header(0), watcher.id, floor, null);
  }

  /** What {@code watcher} has to say now, if anything. */
  private @Nullable WatchMessage advance(Watcher watcher) {
    // Before anything is looked at: what is noted later is after it.
    long told = hub.revision();
    @Nullable Batch batch;
    long to;
    long[] noted = {};
    synchronized (lock) {
      if (watcher.gone || watcher.compacted || watcher.fetching) {
        return null;
      }
      batch = watcher.fetched;
      watcher.fetched = null;
      if (watcher.hasForgotten()) {
        watcher.catchUpTo(published.state().revision());
      }
      to = watcher.liveFrom - 1;
      if (watcher.next > to) {
        noted = watcher.copyNoted();
      }
    }
    if (batch != null) {
      taken(watcher);
      if (batch.compactedAt() > 0) {
        return compacted(watcher, batch.compactedAt());
      }
    } else if (watcher.watchesEverything) {
      to = published.state().revision();
      batch = history.inMemory(watcher, to, builder);
    } else if (watcher.next <= to) {
      boolean here = to - watcher.next < REVISIONS_HERE_MAX;
      batch = here ? history.inMemory(watcher, to, builder) : null;
    } else if (noted.length > 0) {
      batch = history.inMemory(watcher, noted, builder);
    } else {
      batch = Batch.nothing(watcher.next);
    }
    if (batch == null) {
      fetch(watcher);
      return null;
    }
    return tell(watcher, batch, told);
  }

  private @Nullable WatchMessage tell(Watcher watcher, Batch batch, long told) {
    watcher.next = Math.max(watcher.next, batch.next());
    watcher.nextSub = batch.nextSub();
    long revision = published.state().revision();
    boolean behind;
    synchronized (lock) {
      watcher.dropNotedBelow(watcher.next);
      if (watcher.isBehind(revision)) {
        enqueueLocked(watcher);
      }
      behind = watcher.isBehind(told);
    }
    if (!batch.runs().isEmpty()) {
      watcher.toldSinceTick = true;
      watcher.progressDue = false;
      ResponseHeader header = standing.header(batch.revision());
      return new WatchMessage.Events(header, watcher.id, batch.runs(), batch.fragment());
    }
    if (watcher.progressDue && !behind && watcher.startRevision <= told) {
      watcher.progressDue = false;
      return new WatchMessage.Progress(standing.header(told), watcher.id);
    }
    return null;
  }

  /** Leaves the watcher to the catch-up lane, after others of this stream that wait for it. */
  private void fetch(Watcher watcher) {
    synchronized (lock) {
      if (!watcher.watchesEverything && watcher.next >= watcher.liveFrom) {
        watcher.catchUpTo(published.state().revision());
      }
      watcher.fetching = true;
    }
    toFetch.add(watcher);
    fetchNext();
  }

  private void fetchNext() {
    Watcher watcher;
    long to;
    synchronized (lock) {
      if (fetching != null) {
        return;
      }
      watcher = toFetch.poll();
      if (watcher == null) {
        return;
      }
      fetching = watcher;
      to = watcher.liveFrom - 1;
    }
    if (watcher.watchesEverything) {
      to = published.state().revision();
    }
    catchUp.read(new CatchUp.Reading(watcher, watcher.next, watcher.nextSub, to));
  }

  private void taken(Watcher watcher) {
    catchUp.taken(watcher);
    synchronized (lock) {
      fetching = null;
    }
    fetchNext();
  }

  private boolean isCatchingUp(Watcher watcher) {
    synchronized (lock) {
      return watcher.next < watcher.liveFrom || watcher.hasForgotten();
    }
  }

  private void beginTick() {
    for (Watcher watcher : watchers.values()) {
      if (watcher.progressNotify && !watcher.compacted) {
        if (!watcher.toldSinceTick) {
          watcher.progressDue = true;
          enqueue(watcher);
        }
        watcher.toldSinceTick = false;
      }
    }
  }

  /** Answers the oldest request for progress if every watcher has been told enough by now. */
  private void reportProgress() {
    if (progress.isEmpty()) {
      return;
    }
    long revision = progress.oldest();
    boolean behind = false;
    synchronized (lock) {
      for (Watcher watcher : watchers.values()) {
        if (watcher.compacted) {
          progress.clear();
          return;
        }
        behind |= watcher.isBehind(revision);
      }
      if (behind) {
        // Everybody in the queue has a turn before it is worth looking again.
        progress.retryAt(turns + ready.size() + 1);
        return;
      }
    }
    progress.removeOldest();
    if (!watchers.isEmpty()) {
      answers.add(new WatchMessage.Progress(standing.header(revision), WatchMessage.NO_ID));
    }
  }

  private ResponseHeader header() {
    return standing.header(published.state().revision());
  }

  private void enqueue(Watcher watcher) {
    synchronized (lock) {
      enqueueLocked(watcher);
    }
  }

  private void enqueueLocked(Watcher watcher) {
    if (!watcher.queued && !watcher.fetching && !watcher.gone) {
      watcher.queued = true;
      ready.add(watcher);
    }
  }

  // Other threads.

  /** The stream's thread, under the hub's lock: a watcher begins. */
  void begin(Watcher watcher, long revision) {
    synchronized (lock) {
      watcher.begin(revision);
    }
  }

  /**
   * The apply lane: {@code revision} concerns {@code watcher}.
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
    boolean wakes;
    synchronized (lock) {
      ticked = true;
      wakes = wantsWake();
    }
    if (wakes) {
      wake();
    }
  }

  /** The hub's lane: what will tick next. */
  void nextTick(Scheduler.Cancellable tick) {
    boolean tooLate;
    synchronized (lock) {
      nextTick = tick;
      tooLate = closed;
    }
    if (tooLate) {
      tick.cancel();
    }
  }

  /** Any thread: ends the stream for {@code reason}. */
  void end(Reason reason) {
    if (!isOver()) {
      ended = reason;
      wake();
    }
  }

  boolean isClosed() {
    return closed;
  }

  boolean demandsLeader() {
    return caller.requireLeader();
  }

  /** Tells the transport to pump. Without any lock. */
  void wake() {
    wake.run();
  }

  private boolean wantsWake() {
    if (woken || closed) {
      return false;
    }
    woken = true;
    return true;
  }
}
