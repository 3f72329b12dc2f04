// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.kernel.request.Callers;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.state.Published;
import io.cairn.spi.auth.Access;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The watchers of one client, and the messages that are made of them one at a time.
 *
 * <p><b>Threads.</b> One at a time, the stream's own, except for {@link #end}, {@link #nextTick}
 * and the questions at the end. What other threads have to say comes through the {@link
 * StreamInbox}.
 */
@OnLane("caller")
final class ClientStream implements WatchStream {
  /** How many answers, or requests, may wait: a client that reads no answers is cut off. */
  static final int ANSWERS_MAX = 16_384;

  /** How many revisions are looked through on the stream's own thread to catch up. */
  static final int REVISIONS_HERE_MAX = 1024;

  /** How many watchers may turn out to have nothing to say before the thread is let go. */
  private static final int IN_VAIN_MAX = 256;

  private final WatchHub hub;
  private final Published published;
  private final Standing standing;
  private final Callers callers;
  private final History history;
  private final CatchUp catchUp;
  private final Caller caller;
  private final BatchBuilder builder;
  private final StreamInbox inbox;

  private final RequestOrder requests = new RequestOrder();
  private final Map<Long, Watcher> watchers = new LinkedHashMap<>();
  private final ArrayDeque<WatchMessage> answers = new ArrayDeque<>();
  // They wait for the catch-up lane; at most one is with it.
  private final ArrayDeque<Watcher> toFetch = new ArrayDeque<>();
  private final ProgressRequests progress = new ProgressRequests();
  private long nextId;
  private boolean ticking;
  private long turns;

  // Set once, by any thread; the stream's thread closes the stream when it sees it.
  private volatile @Nullable Reason ended;
  // Set once, by the stream's thread; the hub's lane stops ticking when it sees it.
  private volatile boolean closed;
  // Set by the hub's lane; whichever of it and close() comes second cancels it.
  private volatile Scheduler.@Nullable Cancellable nextTick;

  ClientStream(
      WatchHub hub,
      Published published,
      Standing standing,
      Callers callers,
      History history,
      CatchUp catchUp,
      BatchBuilder builder,
      Caller caller,
      Runnable wake) {
    this.hub = hub;
    this.published = published;
    this.standing = standing;
    this.callers = callers;
    this.history = history;
    this.catchUp = catchUp;
    this.builder = builder;
    this.caller = caller;
    this.inbox = new StreamInbox(published, wake);
  }

  // Requests.

  @Override
  public void create(WatchRequest request) {
    inOrder(() -> admit(request));
  }

  @Override
  public void cancel(long watchId) {
    inOrder(() -> cancelNow(watchId));
  }

  @Override
  public void requestProgress() {
    inOrder(this::requestProgressNow);
  }

  private void inOrder(Runnable request) {
    if (closed || ended != null) {
      return;
    }
    requests.inOrder(request);
    if (answers.size() > ANSWERS_MAX || requests.waiting() > ANSWERS_MAX) {
      ended = new Reason.ResponsesExhausted();
    }
    inbox.wakeUnlessWoken();
  }

  /** Finds out who asks; at once while access control is off. */
  private void admit(WatchRequest request) {
    if (request.startRevision() < 0) {
      refuse(new Reason.Compacted(0));
      return;
    }
    if (!callers.view().enabled()) {
      createNow(request);
      return;
    }
    CompletableFuture<Identity> identity =
        callers.identify(caller, CompletableFuture::completedFuture);
    requests.await(
        identity,
        new RequestOrder.Identified() {
          @Override
          public void as(Identity identity) {
            createAs(identity, request);
          }

          @Override
          public void refused(Reason reason) {
            refuse(reason);
          }
        });
    CompletionStage<Identity> stage = identity;
    stage.whenComplete((known, failure) -> inbox.identified());
  }

  private void createAs(Identity identity, WatchRequest request) {
    AccessView view = callers.view();
    // Of the range as it came: an open range must not pass for its single first key.
    Access read = new Access.Read(new KeyRange(request.key(), request.rangeEnd()));
    Reason denied = view.enabled() ? view.check(identity, read) : null;
    if (denied != null) {
      refuse(denied);
    } else {
      createNow(request);
    }
  }

  private void createNow(WatchRequest request) {
    // An empty key stands for the smallest one.
    Bytes key = request.key().isEmpty() ? KeyRange.ZERO : request.key();
    KeyRange range = Watcher.compact(key, request.rangeEnd());
    if (range.isVoid()) {
      refuse(new Reason.WatchRangeEmpty());
      return;
    }
    long id = request.watchId();
    if (id == 0) {
      while (watchers.containsKey(nextId)) {
        nextId++;
      }
      id = nextId++;
    } else if (watchers.containsKey(id)) {
      refuse(new Reason.WatchIdDuplicate());
      return;
    }
    Watcher watcher = new Watcher(this, id, range, request);
    long revision = hub.add(watcher);
    watchers.put(id, watcher);
    answers.add(new WatchMessage.Created(standing.header(revision), id));
    long floor = published.state().compactionFloor();
    if (watcher.next < floor) {
      answers.add(compacted(watcher, floor));
    } else if (watcher.next <= revision) {
      inbox.enqueue(watcher);
    }
    if (watcher.progressNotify && !ticking) {
      ticking = true;
      hub.keepTicking(this);
    }
  }

  private void refuse(Reason reason) {
    answers.add(new WatchMessage.Refused(header(), reason));
  }

  private void cancelNow(long watchId) {
    Watcher watcher = watchers.remove(watchId);
    if (watcher != null) {
      remove(watcher);
      fetchNext();
      answers.add(new WatchMessage.Canceled(header(), watchId, 0, null));
    }
  }

  private void requestProgressNow() {
    long revision = hub.revision();
    for (Watcher watcher : watchers.values()) {
      if (watcher.compacted || watcher.startRevision > revision || inbox.isCatchingUp(watcher)) {
        return; // As in etcd: forgotten, the client asks again.
      }
    }
    if (!watchers.isEmpty()) {
      progress.add(revision);
    }
  }

  // Messages.

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
    boolean lookedAtProgress = false;
    for (int inVain = 0; inVain < IN_VAIN_MAX; inVain++) {
      if (inbox.isSignalled()) {
        takeSignals();
      }
      WatchMessage answer = answers.poll();
      if (answer != null) {
        return answer;
      }
      boolean mayRunDry = lookedAtProgress || progress.isEmpty();
      Watcher watcher = inbox.poll(mayRunDry);
      if (watcher != null) {
        turns++;
        WatchMessage message = advance(watcher);
        if (message != null) {
          return message;
        }
        lookedAtProgress = false;
        if (progress.isDueAt(turns)) {
          reportProgress();
        }
      } else if (!mayRunDry) {
        lookedAtProgress = true;
        reportProgress();
      } else if (!inbox.isSignalled()) {
        return null;
      }
    }
    // Nobody else wakes the stream before it runs dry: come back after others have had the thread.
    inbox.wake();
    return null;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    inbox.close();
    watchers.values().forEach(this::remove);
    watchers.clear();
    answers.clear();
    requests.clear();
    cancelTick();
    hub.closed(this);
  }

  private void remove(Watcher watcher) {
    if (!watcher.compacted) {
      hub.remove(watcher);
    }
    toFetch.remove(watcher);
    if (inbox.remove(watcher)) {
      catchUp.forget(watcher);
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
    StreamInbox.Stock stock = watcher.compacted ? null : inbox.take(watcher);
    if (stock == null) {
      return null;
    }
    // Also when nothing was fetched: what was may have been evicted.
    fetchNext();
    @Nullable Batch batch = stock.fetched();
    if (batch != null) {
      catchUp.taken(watcher);
      if (batch.compactedAt() > 0) {
        return compacted(watcher, batch.compactedAt());
      }
    } else if (watcher.watchesEverything) {
      batch = history.inMemory(watcher, published.state().revision(), builder);
    } else if (watcher.next <= stock.to()) {
      boolean here = stock.to() - watcher.next < REVISIONS_HERE_MAX;
      batch = here ? history.inMemory(watcher, stock.to(), builder) : null;
    } else if (stock.noted().length > 0) {
      batch = history.inMemory(watcher, stock.noted(), builder);
    } else {
      batch = Batch.nothing(watcher.next);
    }
    if (batch == null) {
      inbox.leave(watcher);
      toFetch.add(watcher);
      fetchNext();
      return null;
    }
    return tell(watcher, batch, told);
  }

  private @Nullable WatchMessage tell(Watcher watcher, Batch batch, long told) {
    watcher.next = batch.next();
    watcher.nextSub = batch.nextSub();
    boolean upToDate = inbox.settle(watcher, told);
    if (!batch.runs().isEmpty()) {
      watcher.toldSinceTick = true;
      watcher.progressDue = false;
      ResponseHeader header = standing.header(batch.revision());
      return new WatchMessage.Events(header, watcher.id, batch.runs(), batch.fragment());
    }
    if (watcher.progressDue && upToDate && watcher.startRevision <= told) {
      watcher.progressDue = false;
      return new WatchMessage.Progress(standing.header(told), watcher.id);
    }
    return null;
  }

  private void fetchNext() {
    if (toFetch.isEmpty()) {
      return;
    }
    CatchUp.Reading reading = inbox.nextReading(toFetch);
    if (reading != null) {
      catchUp.read(reading);
    }
  }

  private void takeSignals() {
    if (inbox.takeIdentified()) {
      requests.proceed();
    }
    if (inbox.takeTick()) {
      beginTick();
    }
  }

  private void beginTick() {
    for (Watcher watcher : watchers.values()) {
      if (watcher.progressNotify && !watcher.compacted) {
        if (!watcher.toldSinceTick) {
          watcher.progressDue = true;
          inbox.enqueue(watcher);
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
    if (watchers.values().stream().anyMatch(watcher -> watcher.compacted)) {
      progress.clear();
    } else if (inbox.areTold(watchers.values(), revision)) {
      progress.removeOldest();
      if (!watchers.isEmpty()) {
        answers.add(new WatchMessage.Progress(standing.header(revision), WatchMessage.NO_ID));
      }
    } else {
      // Everybody in the queue has a turn before it is worth looking again.
      progress.retryAt(turns + inbox.waiting() + 1);
    }
  }

  private ResponseHeader header() {
    return standing.header(published.state().revision());
  }

  // Any thread.

  /** Where others put what they have to say. */
  StreamInbox inbox() {
    return inbox;
  }

  /** Ends the stream for {@code reason}. */
  void end(Reason reason) {
    if (!closed && ended == null) {
      ended = reason;
      inbox.wake();
    }
  }

  /** The hub's lane: what will tick next. */
  void nextTick(Scheduler.Cancellable tick) {
    nextTick = tick;
    if (closed) {
      tick.cancel();
    }
  }

  boolean isClosed() {
    return closed;
  }

  boolean demandsLeader() {
    return caller.requireLeader();
  }

  private void cancelTick() {
    Scheduler.Cancellable tick = nextTick;
    if (tick != null) {
      tick.cancel();
    }
  }
}
