// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.kernel.records.RecentCursor;
import io.cairn.kernel.request.LeaderLoss;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.state.Published;
import io.cairn.kernel.state.State;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Reason;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Knows all watchers and tells their streams what has been published.
 *
 * <p>The apply lane calls {@link #published} once per batch: it notes with each watcher the
 * revisions that concern it, and wakes each stream at most once until that has been emptied. A lane
 * of the hub's own keeps time: progress notifications, and streams that demand a leader.
 */
@ThreadSafe
final class WatchHub {
  private final Published published;
  private final Scheduler scheduler;
  private final Lane lane;
  private final LeaderLoss leaderLoss;
  private final Rng rng;
  private final WatchOptions options;

  private final Object lock = new Object();
  // Guarded by the lock, like what follows.
  private final WatcherRegistry registry = new WatcherRegistry();
  private final Set<ClientStream> streams = new LinkedHashSet<>();
  private boolean closed;

  // Up to here revisions have been noted. Written by the apply lane after noting them; who reads it
  // and then finds nothing noted with a watcher knows that nothing up to here concerns it.
  private volatile long revision;

  WatchHub(
      Published published, Standing standing, Scheduler scheduler, Rng rng, WatchOptions options) {
    this.published = published;
    this.scheduler = scheduler;
    this.lane = scheduler.lane("watch");
    this.leaderLoss = new LeaderLoss(standing, scheduler, lane, options.electionMillis());
    this.rng = rng;
    this.options = options;
    this.revision = published.state().revision();
    published.listen(this::published);
    leaderLoss.add(this::leaderLost);
  }

  /** Begins to look for leaders. */
  void start() {
    leaderLoss.start();
  }

  /** Ends all streams, with a reason that sends clients to another member. */
  void close() {
    List<ClientStream> open;
    synchronized (lock) {
      closed = true;
      open = List.copyOf(streams);
    }
    open.forEach(stream -> stream.end(new Reason.Stopped()));
    leaderLoss.stop();
  }

  /** The revision up to which watchers have been told what concerns them. */
  long revision() {
    return revision;
  }

  /** The number of watchers. */
  int watchers() {
    synchronized (lock) {
      return registry.size();
    }
  }

  /** The number of open streams. */
  int streams() {
    synchronized (lock) {
      return streams.size();
    }
  }

  /** Takes a stream in; false if the hub is closed. */
  boolean open(ClientStream stream) {
    synchronized (lock) {
      return !closed && streams.add(stream);
    }
  }

  /** Forgets a stream, which has removed its watchers. */
  void closed(ClientStream stream) {
    synchronized (lock) {
      streams.remove(stream);
    }
  }

  /**
   * Takes a watcher in and lets it begin: it is told of every revision after the returned one. On
   * its stream's thread.
   *
   * @return the revision that was published when it was taken in
   */
  long add(Watcher watcher) {
    synchronized (lock) {
      registry.add(watcher);
      // A batch that is published now and not noted yet waits for the lock, and its revisions are
      // not after this one. One that is published later is noted later.
      long now = published.state().revision();
      watcher.stream.inbox().begin(watcher, now);
      return now;
    }
  }

  /** Tells a watcher nothing any more. */
  void remove(Watcher watcher) {
    synchronized (lock) {
      registry.remove(watcher);
    }
  }

  /** Ticks {@code stream} after the progress interval, prolonged by up to a tenth, and so on. */
  void keepTicking(ClientStream stream) {
    lane.execute(() -> tickLater(stream));
  }

  private void tickLater(ClientStream stream) {
    if (stream.isClosed()) {
      return;
    }
    int extra = options.progressMillis() / 10;
    long delayMillis = (long) options.progressMillis() + (extra > 0 ? rng.below(extra + 1) : 0);
    Scheduler.Cancellable tick =
        scheduler.after(
            delayMillis * 1_000_000L,
            lane,
            () -> {
              stream.inbox().tick();
              tickLater(stream);
            });
    stream.nextTick(tick);
  }

  /** Apply lane, after {@code after} has become visible. */
  private void published(State before, State after) {
    if (after.revision() == before.revision()) {
      return;
    }
    Wakes wakes = new Wakes();
    synchronized (lock) {
      if (registry.size() > 0) {
        note(before.revision() + 1, after, wakes);
      }
    }
    revision = after.revision();
    wakes.streams.forEach(StreamInbox::wake);
  }

  private void note(long from, State state, Wakes wakes) {
    registry.forEachOfEverything(wakes);
    if (!registry.asksForKeys()) {
      return;
    }
    RecentCursor records = state.recent().from(from);
    if (records == null) {
      // A state was installed that came from another member: nobody knows whom it concerns.
      registry.forEachOfSome(new Gap(from, state.revision(), wakes.streams));
      return;
    }
    while (records.next()) {
      wakes.revision = records.main();
      registry.forEach(records.key(), wakes);
    }
  }

  /** Lets watchers catch up on revisions that cannot be noted, and gathers their streams. */
  private record Gap(long from, long to, List<StreamInbox> streams) implements Consumer<Watcher> {
    @Override
    public void accept(Watcher watcher) {
      if (watcher.stream.inbox().missed(watcher, from, to)) {
        streams.add(watcher.stream.inbox());
      }
    }
  }

  /** Notes a revision with each watcher it is shown, and gathers the streams to be woken. */
  private static final class Wakes implements Consumer<Watcher> {
    private final List<StreamInbox> streams = new ArrayList<>();
    private long revision;

    @Override
    public void accept(Watcher watcher) {
      if (watcher.stream.inbox().note(watcher, revision)) {
        streams.add(watcher.stream.inbox());
      }
    }
  }

  private void leaderLost() {
    List<ClientStream> open;
    synchronized (lock) {
      open = List.copyOf(streams);
    }
    for (ClientStream stream : open) {
      if (stream.demandsLeader()) {
        stream.end(new Reason.NoLeader());
      }
    }
  }
}
