// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.apply;

import io.cairn.kernel.index.IndexCompaction;
import io.cairn.kernel.state.FlushLane;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Frees what compaction has made unreadable, in pieces between batches of entries.
 *
 * <p>A piece holds up applying for a fraction of a millisecond. On an idle member there is no pause
 * between pieces. While writes keep coming, records are freed a quarter faster than written, and
 * not faster: freeing one costs the engine about a tenth of what a put costs the whole member, so
 * that hurry would be felt, and writes that compact all the time are still kept up with. While
 * somebody waits for the end, who has asked for a physical compaction, at least as much is freed as
 * etcd frees in the time, and what needs no freeing is passed over quickly. When the engine falls
 * behind, compaction waits for it. A floor that is raised meanwhile waits for the next pass over
 * the index; otherwise one that is raised again and again would keep any pass from reaching the
 * end. When a pass has freed anything, a barrier follows soon, so that the engine can give the
 * space back though nothing may be written any more. How far compaction has come is local and
 * applying never looks at it; a member that was stopped meanwhile begins again at the floor.
 */
@ThreadSafe
public final class Compactor {
  /** Records looked at per piece. */
  private static final int PIECE = 1000;

  private static final long PAUSE_NANOS = 2_000_000;

  /** The least that is freed per pause, however little is written: 25 000 per second. */
  private static final long FREED_PER_PAUSE_MIN = 50;

  /** The same while somebody waits: 100 000 per second, etcd's pace with its standard settings. */
  private static final long FREED_PER_PAUSE_MIN_AWAITED = 200;

  /** Pieces between two pauses while somebody waits, as long as more may be freed. */
  private static final int PIECES_PER_TURN_AWAITED = 8;

  /** Pauses without a write after which a member counts as idle: a tenth of a second. */
  private static final int QUIET_PAUSES = 50;

  /** Changes waiting for the engine at which compaction waits for it. */
  private static final long QUEUED_MAX = 50_000;

  private record Waiter(long floor, CompletableFuture<Void> done) {}

  private final Scheduler scheduler;
  private final Lane lane;
  private final FlushLane flush;

  // Guarded by this.
  private final List<Waiter> waiters = new ArrayList<>();
  private long floor;
  private long compacted;
  private boolean running;
  private boolean stopped;
  private int restarts;

  // Compaction lane.
  private @Nullable ReplicatedState machine;
  private @Nullable IndexCompaction compaction;
  private long revisionSeen;
  private int quietPauses;

  /** How many records may be freed now; negative after a piece with more, until pauses make up. */
  private long allowance;

  private int restartsSeen;

  /**
   * A compactor that has freed everything below {@code compacted}.
   *
   * @param compacted -1 if there never was a compaction
   */
  public Compactor(Scheduler scheduler, FlushLane flush, long compacted) {
    this.scheduler = scheduler;
    this.lane = scheduler.lane("compaction");
    this.flush = flush;
    this.floor = compacted;
    this.compacted = compacted;
  }

  /** Begins to work on {@code machine}, first on what an earlier life has left. */
  public void start(ReplicatedState machine, long recoveredFloor) {
    lane.execute(() -> this.machine = machine);
    raise(recoveredFloor);
  }

  /** The floor has been raised, or not. */
  void raise(long to) {
    synchronized (this) {
      if (to <= floor) {
        return;
      }
      floor = to;
      if (running) {
        return;
      }
      running = true;
    }
    lane.execute(this::piece);
  }

  /**
   * Another state was installed: goes on with what is left to free in that one.
   *
   * @param compactedThere the floor up to which the other state is freed, -1 for none
   * @param floorThere its floor
   */
  void restart(long compactedThere, long floorThere) {
    List<Waiter> ready = new ArrayList<>();
    synchronized (this) {
      restarts++;
      compacted = compactedThere;
      floor = floorThere;
      waiters.removeIf(waiter -> waiter.floor() <= compactedThere && ready.add(waiter));
      if (!running && compacted < floor && !stopped) {
        running = true;
        lane.execute(this::piece);
      }
    }
    ready.forEach(waiter -> waiter.done().complete(null));
  }

  /** Completes once everything below {@code revision} has been freed and the engine knows. */
  public CompletableFuture<Void> whenCompacted(long revision) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    synchronized (this) {
      if (compacted < revision && !stopped) {
        waiters.add(new Waiter(revision, done));
        return done;
      }
    }
    done.complete(null);
    return done;
  }

  /** Completes once every compaction that has been applied is done. */
  public CompletableFuture<Void> whenIdle() {
    long target;
    synchronized (this) {
      target = floor;
    }
    return whenCompacted(target);
  }

  /** Does no further piece, and lets go who waits. */
  public void stop() {
    List<Waiter> left;
    synchronized (this) {
      stopped = true;
      left = List.copyOf(waiters);
      waiters.clear();
    }
    left.forEach(waiter -> waiter.done().complete(null));
  }

  private void piece() {
    long target;
    boolean awaited;
    synchronized (this) {
      if (stopped) {
        return;
      }
      target = floor;
      awaited = !waiters.isEmpty();
      restartsSeen = restarts;
    }
    ReplicatedState state = machine;
    if (state == null) {
      throw new IllegalStateException("compaction was raised before it was started");
    }
    boolean alone = isAlone(state, awaited ? FREED_PER_PAUSE_MIN_AWAITED : FREED_PER_PAUSE_MIN);
    if (!alone && allowance <= 0) {
      pauseThenPiece();
      return;
    }
    IndexCompaction current = compaction;
    if (current == null || !state.isTrimming(current)) {
      current = state.beginTrim(target);
      compaction = current;
    }
    int piecesLeft = awaited && !alone ? PIECES_PER_TURN_AWAITED : 1;
    boolean more;
    do {
      long before = current.dropped();
      more = state.trim(current, PIECE);
      allowance -= current.dropped() - before;
      piecesLeft--;
    } while (more && allowance > 0 && piecesLeft > 0 && state.isTrimming(current));
    if (!more) {
      compaction = null;
      IndexCompaction done = current;
      int begun = restartsSeen;
      var _ = flush.flush().thenRun(() -> lane.execute(() -> finished(done, begun)));
    } else if (flush.queuedOperations() > QUEUED_MAX) {
      var _ = flush.flush().thenRun(() -> lane.execute(this::piece));
    } else if (alone) {
      lane.execute(this::piece);
    } else {
      pauseThenPiece();
    }
  }

  /**
   * Whether nothing has been written for a while; otherwise more may be freed now. A single pause
   * without writes says little: where processors are scarce, writers wait for one just then.
   */
  private boolean isAlone(ReplicatedState state, long freedMin) {
    long revision = state.revision();
    long written = Math.max(0, revision - revisionSeen);
    revisionSeen = revision;
    quietPauses = written > 0 ? 0 : quietPauses + 1;
    boolean alone = quietPauses > QUIET_PAUSES;
    allowance = alone ? 0 : Math.min(PIECE, allowance + Math.max(freedMin, written * 5 / 4));
    return alone;
  }

  private void pauseThenPiece() {
    var _ = scheduler.after(PAUSE_NANOS, lane, this::piece);
  }

  private void finished(IndexCompaction done, int begun) {
    long target = done.floor();
    List<Waiter> ready = new ArrayList<>();
    synchronized (this) {
      if (begun != restarts) {
        // What was finished belongs to a state that is not the present one any more.
        lane.execute(this::piece);
        return;
      }
      compacted = target;
      waiters.removeIf(waiter -> waiter.floor() <= target && ready.add(waiter));
      running = floor > target && !stopped;
      if (running) {
        lane.execute(this::piece);
      }
    }
    if (done.dropped() > 0) {
      flush.secureSoon();
    }
    ready.forEach(waiter -> waiter.done().complete(null));
  }
}
