// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.state;

import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import java.util.ArrayList;
import java.util.List;

/**
 * Closes stores that were retired, each when its last use has ended: reads, backups and hashes that
 * began before go on meanwhile. It looks now and then, so that reading costs nothing more.
 */
@ThreadSafe
public final class StoreRetirement {
  private static final long LOOK_NANOS = 50_000_000;

  private record Retired(StateStore store, Runnable closed) {}

  private final Scheduler scheduler;
  private final Lane lane;

  // Guarded by this; as many as states were installed while a read went on.
  private final List<Retired> retired = new ArrayList<>();
  private boolean looking;

  /** Will look and close on {@code lane}. */
  public StoreRetirement(Scheduler scheduler, Lane lane) {
    this.scheduler = scheduler;
    this.lane = lane;
  }

  /** Closes {@code store} when it is unused, and then runs {@code closed}. */
  public void closeWhenUnused(StateStore store, Runnable closed) {
    synchronized (this) {
      retired.add(new Retired(store, closed));
      if (looking) {
        return;
      }
      looking = true;
    }
    lane.execute(this::look);
  }

  /** How many wait to be closed. */
  public synchronized int waiting() {
    return retired.size();
  }

  /** Closes what is left, at the end: nobody reads any more. */
  public void close() {
    closeUnused();
  }

  private void look() {
    closeUnused();
    synchronized (this) {
      looking = !retired.isEmpty();
      if (looking) {
        var _ = scheduler.after(LOOK_NANOS, lane, this::look);
      }
    }
  }

  private void closeUnused() {
    List<Retired> unused = new ArrayList<>();
    synchronized (this) {
      retired.removeIf(one -> one.store().isUnused() && unused.add(one));
    }
    for (Retired one : unused) {
      one.store().close();
      one.closed().run();
    }
  }
}
