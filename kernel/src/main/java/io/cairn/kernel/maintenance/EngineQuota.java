// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.request.Proposer;
import io.cairn.kernel.request.Quota;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.store.Alarm;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The quota as a bound on what the engine has in use. What is free within its files is not counted:
 * later records go there, and an engine that never gives it back to the file system would otherwise
 * stay over the quota whatever is compacted.
 *
 * <p>The engine must not be asked on the request path, so its size is sampled ten times a second
 * while it matters: while writes come, and while it is near the quota, since then compaction or
 * reclaiming may bring it down at any time. Between two samples the cost of what was let in counts
 * as if it were there already.
 */
@ThreadSafe
public final class EngineQuota implements Quota {
  private static final long SAMPLE_NANOS = 100_000_000;

  private final long quotaBytes;
  private final Alarm alarm;
  private final AlarmBook alarms;
  private final StorageEngine engine;
  private final Proposer proposer;
  private final Scheduler scheduler;
  private final Lane lane;
  private final EventLog log;

  // Any thread adds, the lane takes back; a cost that falls between the two is counted once.
  private final LongAdder admitted = new LongAdder();
  // Whether a sample is due or under way; whoever turns it on schedules one.
  private final AtomicBoolean sampling = new AtomicBoolean();
  // Written by the lane, read by all; older values are made up for by `admitted`.
  private volatile long sampledBytes;
  // The raising of the alarm that is under way; guarded by this.
  private @Nullable CompletableFuture<Void> raising;

  /** Samples on {@code lane}, beginning now. */
  public EngineQuota(
      KernelOptions options,
      AlarmBook alarms,
      StorageEngine engine,
      Proposer proposer,
      Scheduler scheduler,
      Lane lane,
      EventLog log) {
    this.quotaBytes = options.effectiveQuotaBytes();
    this.alarm = new Alarm(options.memberId(), Alarm.Kind.NOSPACE);
    this.alarms = alarms;
    this.engine = engine;
    this.proposer = proposer;
    this.scheduler = scheduler;
    this.lane = lane;
    this.log = log;
    refresh();
  }

  @Override
  public @Nullable CompletableFuture<Void> exceededBy(long cost) {
    if (cost == 0 || isUnlimited()) {
      return null;
    }
    sampleSoon();
    if (sampledBytes + admitted.sum() + cost < quotaBytes) {
      admitted.add(cost);
      return null;
    }
    return raise();
  }

  /** Samples at once: the engine may have become smaller. */
  public void refresh() {
    if (!isUnlimited()) {
      lane.execute(this::measure);
    }
  }

  private boolean isUnlimited() {
    return quotaBytes == Long.MAX_VALUE;
  }

  private void sampleSoon() {
    if (!sampling.get() && sampling.compareAndSet(false, true)) {
      var _ = scheduler.after(SAMPLE_NANOS, lane, this::sample);
    }
  }

  private void sample() {
    boolean busy = admitted.sum() > 0;
    measure();
    sampling.set(false);
    if (busy || sampledBytes > quotaBytes / 10 * 9) {
      sampleSoon();
    }
  }

  private void measure() {
    admitted.reset();
    try {
      sampledBytes = engine.size().inUseBytes();
    } catch (StorageException.Refused closed) {
      // The member is stopping; nobody will be let in any more.
      sampledBytes = Long.MAX_VALUE / 2;
    }
  }

  private CompletableFuture<Void> raise() {
    if (alarms.list(alarm.kind()).contains(alarm)) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> mine = new CompletableFuture<>();
    synchronized (this) {
      if (raising != null) {
        return raising;
      }
      raising = mine;
    }
    log.warn(
        "message exceeded backend quota; raising alarm",
        field("quota-size-bytes", quotaBytes),
        field("current-db-size-bytes", sampledBytes));
    var _ =
        proposer
            .propose(new Command.AlarmCommand(Alarm.Action.ACTIVATE, alarm))
            .whenComplete((raised, failure) -> raised(mine));
    return mine;
  }

  /** Also when raising has failed: the caller is over the quota all the same. */
  private void raised(CompletableFuture<Void> mine) {
    synchronized (this) {
      raising = null;
    }
    mine.complete(null);
  }
}
