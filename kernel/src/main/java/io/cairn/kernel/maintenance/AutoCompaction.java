// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.options.KernelOptions.Retention;
import io.cairn.kernel.request.Proposer;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.state.Published;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Compacts by itself while this member leads: everything older than some time, or all but some
 * number of revisions.
 *
 * <p>By time T, the revision is sampled every tenth of an hour, or of T if that is shorter. Once T
 * has passed since the start, the revision of T ago becomes the floor, and again every hour (or T).
 * By number N, every five minutes the floor is raised to N below the present revision. A compaction
 * that fails is tried again at the next sample.
 */
@ThreadSafe
public final class AutoCompaction {
  /** One way of choosing the floor. */
  @OnLane("maintenance")
  private interface Policy {
    /** How it is called in the log. */
    String name();

    /** How long it is until {@link #wanted} is to be asked again. */
    long intervalNanos();

    /** Notes the present revision, whether this member leads or not. */
    void sample(long revision);

    /** The floor that is wanted now, 0 for none. */
    long wanted(long revision);

    /** The floor is (at least) {@code revision} now. */
    void reached(long revision);
  }

  private static final long HOUR_NANOS = TimeUnit.HOURS.toNanos(1);
  private static final long FIVE_MINUTES_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final Retention retention;
  private final Published published;
  private final Standing standing;
  private final Proposer proposer;
  private final Scheduler scheduler;
  private final TimeSource time;
  private final Lane lane;
  private final EventLog log;

  // Owned by the lane.
  private boolean proposing;
  private boolean stopped;

  /** Will work on {@code lane} once it is started. */
  public AutoCompaction(
      Retention retention,
      Published published,
      Standing standing,
      Proposer proposer,
      Scheduler scheduler,
      TimeSource time,
      Lane lane,
      EventLog log) {
    this.retention = retention;
    this.published = published;
    this.standing = standing;
    this.proposer = proposer;
    this.scheduler = scheduler;
    this.time = time;
    this.lane = lane;
    this.log = log;
  }

  /** Begins. */
  public void start() {
    lane.execute(() -> {
      switch (retention) {
        case Retention.Everything _ -> {}
        case Retention.Period(long nanos) -> next(new ByTime(nanos, time));
        case Retention.Revisions(long count) -> next(new ByNumber(count));
      }
    });
  }

  /** Ends. */
  public void stop() {
    lane.execute(() -> stopped = true);
  }

  private void next(Policy policy) {
    policy.sample(published.state().revision());
    var _ = scheduler.after(policy.intervalNanos(), lane, () -> due(policy));
  }

  private void due(Policy policy) {
    if (stopped) {
      return;
    }
    boolean active = standing.leadership().self() && !proposing;
    long floor = active ? policy.wanted(published.state().revision()) : 0;
    if (floor > 0) {
      proposing = true;
      log.info("starting auto " + policy.name() + " compaction", field("revision", floor));
      var _ =
          proposer
              .propose(new Command.Compaction(new CompactRequest(floor, false)))
              .whenComplete(
                  (done, failure) -> lane.execute(() -> compacted(policy, floor, failure)));
    }
    next(policy);
  }

  private void compacted(Policy policy, long floor, @Nullable Throwable failure) {
    proposing = false;
    boolean reached =
        failure == null
            || (failure instanceof StoreException refusal
                && refusal.reason() instanceof Reason.Compacted);
    if (reached) {
      policy.reached(floor);
      log.info("completed auto " + policy.name() + " compaction", field("revision", floor));
    } else {
      log.warn(
          "failed auto " + policy.name() + " compaction",
          field("revision", floor),
          field("error", String.valueOf(failure)));
    }
  }

  /** Keeps what was current some time ago. */
  private static final class ByTime implements Policy {
    private final long periodNanos;
    private final TimeSource time;
    private final ArrayDeque<Long> samples = new ArrayDeque<>();
    private final int samplesMax;
    private long waitNanos;
    private long reachedNanos;
    private long reachedRevision;

    ByTime(long periodNanos, TimeSource time) {
      this.periodNanos = periodNanos;
      this.time = time;
      this.samplesMax = Math.toIntExact(periodNanos / intervalNanos()) + 1;
      this.waitNanos = periodNanos;
      this.reachedNanos = time.nanos();
    }

    @Override
    public String name() {
      return "periodic";
    }

    @Override
    public long intervalNanos() {
      return Math.max(1, Math.min(periodNanos, HOUR_NANOS) / 10);
    }

    @Override
    public void sample(long revision) {
      samples.add(revision);
      if (samples.size() > samplesMax) {
        samples.remove();
      }
    }

    @Override
    public long wanted(long revision) {
      long oldest = samples.getFirst();
      if (time.nanos() - reachedNanos < waitNanos || oldest == reachedRevision) {
        return 0;
      }
      // Only the first time takes the whole period to come.
      waitNanos = Math.min(periodNanos, HOUR_NANOS);
      return oldest;
    }

    @Override
    public void reached(long revision) {
      reachedRevision = revision;
      reachedNanos = time.nanos();
    }
  }

  /** Keeps some number of revisions. */
  private static final class ByNumber implements Policy {
    private final long count;
    private long reachedRevision;

    ByNumber(long count) {
      this.count = count;
    }

    @Override
    public String name() {
      return "revision";
    }

    @Override
    public long intervalNanos() {
      return FIVE_MINUTES_NANOS;
    }

    @Override
    public void sample(long revision) {
      // The present revision is all that counts.
    }

    @Override
    public long wanted(long revision) {
      long floor = revision - count;
      return floor > 0 && floor != reachedRevision ? floor : 0;
    }

    @Override
    public void reached(long revision) {
      reachedRevision = revision;
    }
  }
}
