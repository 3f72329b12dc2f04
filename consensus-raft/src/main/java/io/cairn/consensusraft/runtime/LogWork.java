// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects.Page;
import io.cairn.consensusraft.core.Effects.Persist;
import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.wal.Wal;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.ProcessExit;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * What is done to the log. An error of the medium ends the process: nobody can say any more what is
 * durable, and a sync that is tried again may succeed without having written anything.
 */
@OnLane("log")
final class LogWork {
  private final Wal wal;
  private final EventLog events;
  private final ProcessExit exit;
  private final @Nullable CoreObserver observer;

  // Filled by the raft lane, emptied by the log lane: persists that queued up share one sync.
  // Bounded
  // by what the core lets proposals and followers have under way.
  private final ConcurrentLinkedQueue<Persist> queue = new ConcurrentLinkedQueue<>();

  LogWork(Wal wal, EventLog events, ProcessExit exit, @Nullable CoreObserver observer) {
    this.wal = wal;
    this.events = events;
    this.exit = exit;
    this.observer = observer;
  }

  /** Called by the raft lane, which then has {@link #persist} run on the log lane. */
  void enqueue(Persist persist) {
    queue.add(persist);
  }

  /** Makes all that is queued durable; null if an earlier call did. */
  @Nullable Input persist() {
    Persist persist = queue.poll();
    if (persist == null) {
      return null;
    }
    long token = persist.token();
    try {
      for (; persist != null; persist = queue.poll()) {
        wal.append(persist);
        token = persist.token();
      }
      wal.sync();
      if (observer != null) {
        observer.synced(token);
      }
    } catch (IOException e) {
      throw exit.fail("cannot write the log; what it holds is unknown, so the member stops", e);
    }
    return new Input.Persisted(token);
  }

  /** Records that all is durable, when nothing else is going on. */
  @Nullable Input seal(long commit) {
    try {
      wal.seal(commit);
    } catch (IOException e) {
      throw exit.fail("cannot seal the log; what it holds is unknown, so the member stops", e);
    }
    return null;
  }

  /**
   * What may go.
   *
   * @param may nobody needs entries up to here
   * @param should it would be better to keep those behind
   * @param bytesMax but not if the log were longer than this
   */
  record Cut(long may, long should, long bytesMax) {}

  /** Lets go of segments whose entries may go, keeping what is better kept within a bound. */
  @Nullable Input cut(Cut wanted, Configuration membership) {
    long before = wal.cutIndex();
    try {
      long bound = Math.max(wanted.should, wal.endBefore(wanted.bytesMax));
      long cut = wal.cut(Math.min(wanted.may, bound), membership);
      if (cut == before) {
        return null;
      }
      wal.sync();
      events.info("cut the log", field("up-to-index", cut), field("asked-for", wanted.should));
      return new Input.LogCut(cut);
    } catch (IOException e) {
      throw exit.fail("cannot cut the log; what it holds is unknown, so the member stops", e);
    }
  }

  /** Reads entries back for a slow follower; none if they have been cut meanwhile. */
  Input page(Page page) {
    long previous = page.from() - 1;
    try {
      if (previous < wal.cutIndex()) {
        return new Input.Paged(page.to(), previous, 0, List.of());
      }
      List<Entry> entries = wal.read(page.from(), page.bytesMax());
      return new Input.Paged(page.to(), previous, wal.termAt(previous), entries);
    } catch (IOException e) {
      throw exit.fail("cannot read the log back", e);
    }
  }

  @Nullable Input close() {
    try {
      wal.close();
    } catch (IOException e) {
      events.warn("cannot close the log", field("error", String.valueOf(e)));
    }
    return null;
  }
}
