// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.state;

import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.records.RecentCursor;
import io.cairn.kernel.records.RecentLog;
import io.cairn.kernel.records.RecordFormat;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.records.ValueCache;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.store.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries published state to the engine, many batches of entries per commit.
 *
 * <p>What is committed is always a prefix: the records of whole entries together with the changes
 * of the small tables and the applied index that belong to them. Only an entry that is too large
 * for one commit is split; its earlier parts lie beyond the stored revision, which recovery cuts
 * off. A barrier follows once it is worth its cost; only then may the consensus log be cut.
 *
 * <p><b>Threads.</b> {@link #submit} and {@link #makeRoom} belong to whoever publishes. Commits are
 * made on the flush lane, except that a publisher who has run far ahead makes one itself: that is
 * how it waits. A lock makes them one at a time.
 */
@ThreadSafe
public final class FlushLane implements FlushedEngine {
  private static final RecordFormat FORMAT = new RecordFormat(Tables.REVISIONS);

  /** What an entry without records costs in the log, so that idle ones lead to barriers too. */
  private static final long ENTRY_BYTES = 64;

  /** See {@link #secureSoon}. Under load, barriers that bytes lead to come more often than that. */
  private static final long SECURED_AFTER_NANOS = 5_000_000_000L;

  /** A published state and the small changes that came with it. */
  private record Unit(State state, List<Mutation> mutations, long sequence) {}

  private record Waiter(long sequence, CompletableFuture<Void> flushed) {}

  private final PublishedEngine readable;
  private final RecentLog recent;
  private final ValueCache cache;
  private final Scheduler scheduler;
  private final Lane lane;
  private final KernelOptions.Flush options;

  // Guarded by `queue`: the units in order of publication, who waits for them, and how much it is.
  private final ArrayDeque<Unit> queue = new ArrayDeque<>();
  private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
  private long submitted;
  private long queuedOperations;
  private boolean hurried;
  private boolean timed;
  private State newest;

  // Guarded by `commits`, which is held during engine calls and never taken under `queue`.
  private final Object commits = new Object();
  private StorageEngine engine;
  private State committed;
  private long bytesSinceBarrier;
  private long flushedSequence;

  // Written under `commits`, read by anyone: an older value only keeps the log longer.
  private volatile long durableIndex;
  // The same; counters for gauges, and of barriers for who looks whether there was one.
  private volatile long commitCount;
  private volatile long barrierCount;

  /** Starts from what {@code published} shows, which its store holds. */
  public FlushLane(
      Published published,
      RecentLog recent,
      ValueCache cache,
      Scheduler scheduler,
      KernelOptions.Flush options) {
    State recovered = published.state();
    this.engine = recovered.store().engine();
    this.readable = new PublishedEngine(published);
    this.recent = recent;
    this.cache = cache;
    this.scheduler = scheduler;
    this.lane = scheduler.lane("flush");
    this.options = options;
    this.newest = recovered;
    this.committed = recovered;
    // What an engine shows after a crash need not survive the next one (S4), so that the log is
    // kept until the first barrier, which is cheap now, since nothing has been written yet.
    this.durableIndex = 0;
    this.bytesSinceBarrier = ENTRY_BYTES;
    lane.execute(this::secureRecovered);
  }

  /** Takes over what has just been published. The list belongs to this lane from now on. */
  public void submit(State state, List<Mutation> mutations) {
    synchronized (queue) {
      queue.add(new Unit(state, mutations, ++submitted));
      queuedOperations += mutations.size() + state.revision() - newest.revision();
      newest = state;
      if (queuedOperations >= options.operations() || recent.unflushedBytes() >= options.bytes()) {
        hurry();
      } else if (!timed) {
        timed = true;
        var _ = scheduler.after(options.millis() * 1_000_000L, lane, this::runTimed);
      }
    }
  }

  /** Waits for the engine, by working for it, while more than the bound is unflushed. */
  public void makeRoom() {
    if (recent.unflushedBytes() > options.unflushedBytesMax()) {
      flushNow();
    }
  }

  /**
   * Makes a barrier in five seconds, unless one comes by itself until then; so there is at most one
   * more in that time. For who has deleted many records: deletions are small and make a barrier
   * worth nothing by their bytes, but an engine that merges its files in order to free space can
   * begin with that only when it has written the deletions to one.
   */
  public void secureSoon() {
    long seen = barrierCount;
    var _ = scheduler.after(SECURED_AFTER_NANOS, lane, () -> secureUnlessSecured(seen));
  }

  /** How many records and mutations wait for the engine. */
  public long queuedOperations() {
    synchronized (queue) {
      return queuedOperations;
    }
  }

  @Override
  public CompletableFuture<Void> flush() {
    synchronized (queue) {
      CompletableFuture<Void> flushed = new CompletableFuture<>();
      waiters.add(new Waiter(submitted, flushed));
      hurry();
      return flushed;
    }
  }

  @Override
  public StorageEngine engine() {
    return readable;
  }

  @Override
  public long durableIndex() {
    return durableIndex;
  }

  /** Commits made so far. */
  public long commitCount() {
    return commitCount;
  }

  /** Barriers made so far. */
  public long barrierCount() {
    return barrierCount;
  }

  /**
   * Goes on from a state that was received, in the place of the present one. What was submitted and
   * is not committed is part of it already and is dropped. When this returns, nothing is being
   * committed to the former engine, and nothing will be.
   *
   * @param installed makes the state, whose store holds it durably; the recent log is empty then
   * @return what {@link #installed} is to be told when the state has been published
   */
  @OnLane("apply")
  public long install(Supplier<State> installed) {
    synchronized (commits) {
      State state = installed.get();
      engine = state.store().engine();
      committed = state;
      durableIndex = state.appliedIndex();
      bytesSinceBarrier = 0;
      synchronized (queue) {
        queue.clear();
        queuedOperations = 0;
        newest = state;
        flushedSequence = submitted;
      }
      return flushedSequence;
    }
  }

  /** Lets go who waited for what {@link #install} has dropped. */
  @OnLane("apply")
  public void installed(long sequence) {
    release(sequence);
  }

  /** Commits everything and makes it durable. The last call. */
  public void close() {
    flushNow();
    synchronized (commits) {
      barrier();
    }
  }

  private void secureRecovered() {
    synchronized (commits) {
      barrier();
    }
  }

  private void secureUnlessSecured(long seen) {
    synchronized (commits) {
      if (barrierCount == seen) {
        barrier();
      }
    }
  }

  private void hurry() {
    if (!hurried) {
      hurried = true;
      lane.execute(this::run);
    }
  }

  private void run() {
    synchronized (queue) {
      hurried = false;
    }
    flushNow();
  }

  private void runTimed() {
    synchronized (queue) {
      timed = false;
    }
    flushNow();
  }

  private void flushNow() {
    long done;
    synchronized (commits) {
      List<Unit> units;
      synchronized (queue) {
        units = new ArrayList<>(queue);
        queue.clear();
        queuedOperations = 0;
      }
      if (!units.isEmpty()) {
        commit(units);
        flushedSequence = units.getLast().sequence();
      }
      done = flushedSequence;
    }
    release(done);
  }

  /** Answers those who waited for a unit up to {@code sequence}. Holds no lock while it does. */
  private void release(long sequence) {
    List<Waiter> ready = new ArrayList<>();
    synchronized (queue) {
      @Nullable Waiter next = waiters.peek();
      while (next != null && next.sequence() <= sequence) {
        ready.add(waiters.remove());
        next = waiters.peek();
      }
    }
    for (Waiter waiter : ready) {
      waiter.flushed().complete(null);
    }
  }

  private void commit(List<Unit> units) {
    State last = units.getLast().state();
    RecentCursor cursor = last.recent().fromPosition(recent.flushedPosition());
    EngineBatch batch = new EngineBatch();
    long position = recent.flushedPosition();
    // The newest state all of whose changes are in the batch or before it.
    @Nullable State whole = null;
    for (Unit unit : units) {
      while (position < unit.state().recent().end()) {
        if (batch.isFull()) {
          batch.commit(whole, position);
          whole = null;
        }
        InvariantViolation.check(cursor.next(), "what is published is in the recent log");
        position = cursor.end();
        batch.add(cursor);
      }
      batch.mutations.addAll(unit.mutations());
      whole = unit.state();
      if (batch.isFull()) {
        batch.commit(whole, position);
        whole = null;
      }
    }
    if (whole != null) {
      batch.commit(whole, position);
    }
  }

  private void barrier() {
    if (bytesSinceBarrier > 0) {
      engine.barrier();
      bytesSinceBarrier = 0;
      durableIndex = committed.appliedIndex();
      countBarrier();
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // Written under `commits` only.
  private void countCommit() {
    commitCount++;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // Written under `commits` only.
  private void countBarrier() {
    barrierCount++;
  }

  /** What goes into one commit. */
  private final class EngineBatch {
    private final List<Mutation> mutations = new ArrayList<>();
    private long bytes;

    void add(RecentCursor cursor) {
      boolean tombstone = cursor.isTombstone();
      Bytes key = RevisionKey.encode(cursor.main(), cursor.sub(), tombstone);
      Bytes record = cursor.stored();
      Bytes sealed = FORMAT.seal(key, record);
      mutations.add(new Mutation.Put(Tables.REVISIONS, key, sealed));
      bytes += key.length() + sealed.length();
      if (!tombstone) {
        cache.insert(cursor.main(), cursor.sub(), record);
      }
    }

    boolean isFull() {
      return mutations.size() >= options.operations() || bytes >= options.bytes();
    }

    /** Commits up to {@code position}; {@code state} is null within a unit that is split. */
    void commit(@Nullable State state, long position) {
      bytesSinceBarrier += bytes + ENTRY_BYTES;
      if (state != null) {
        addMeta(mutations, state);
        bytesSinceBarrier += ENTRY_BYTES * (state.appliedIndex() - committed.appliedIndex());
      }
      engine.commit(mutations);
      countCommit();
      recent.flushed(position);
      if (state != null) {
        committed = state;
      }
      mutations.clear();
      bytes = 0;
      if (state != null && bytesSinceBarrier >= options.barrierBytes()) {
        barrier();
      }
    }
  }

  private static void addMeta(List<Mutation> mutations, State state) {
    mutations.add(number(Tables.APPLIED_INDEX, state.appliedIndex()));
    mutations.add(number(Tables.APPLIED_TERM, state.appliedTerm()));
    mutations.add(number(Tables.REVISION, state.revision()));
    mutations.add(number(Tables.COMPACTION_FLOOR, state.compactionFloor()));
  }

  /** Sets a number of {@link Tables#META}. */
  public static Mutation number(Bytes key, long value) {
    return new Mutation.Put(
        Tables.META, key, Bytes.of(ByteBuffer.allocate(Long.BYTES).putLong(value).array()));
  }
}
