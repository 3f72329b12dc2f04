// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.request;

import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells streams that demand a leader when there is none: looks every election timeout, as etcd
 * does, and speaks after the third look in vain. So an ordinary election disturbs nobody.
 */
@ThreadSafe
public final class LeaderLoss {
  private static final int LOOKS_MAX = 3;

  private final Standing standing;
  private final Scheduler scheduler;
  private final Lane lane;
  private final long electionNanos;
  // Guarded by itself; as many as there are streams.
  private final Set<Runnable> waiting = new LinkedHashSet<>();

  // Owned by the lane.
  private int inVain;
  private boolean stopped;
  private Scheduler.@Nullable Cancellable nextLook;

  /** Will look on {@code lane}. */
  public LeaderLoss(Standing standing, Scheduler scheduler, Lane lane, int electionMillis) {
    this.standing = standing;
    this.scheduler = scheduler;
    this.lane = lane;
    this.electionNanos = electionMillis * 1_000_000L;
  }

  /** Begins to look. */
  public void start() {
    lane.execute(this::lookLater);
  }

  /** Looks no more. */
  public void stop() {
    lane.execute(() -> {
      stopped = true;
      if (nextLook != null) {
        nextLook.cancel();
      }
    });
  }

  /** Runs {@code lost} on the lane, perhaps repeatedly, while there is no leader. Each once. */
  public void add(Runnable lost) {
    synchronized (waiting) {
      waiting.add(lost);
    }
  }

  /** Forgets what was added. */
  public void remove(Runnable lost) {
    synchronized (waiting) {
      waiting.remove(lost);
    }
  }

  private void lookLater() {
    if (!stopped) {
      nextLook = scheduler.after(electionNanos, lane, this::look);
    }
  }

  private void look() {
    inVain = standing.leadership().leader() == 0 ? inVain + 1 : 0;
    if (inVain >= LOOKS_MAX) {
      List<Runnable> told;
      synchronized (waiting) {
        told = List.copyOf(waiting);
      }
      told.forEach(Runnable::run);
    }
    lookLater();
  }
}
