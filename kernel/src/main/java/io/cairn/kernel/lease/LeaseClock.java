// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.lease;

import io.cairn.kernel.command.Command.LeaseCheckpoint.Remaining;
import io.cairn.kernel.command.Command.LeaseRevoke;
import io.cairn.kernel.lease.LeaseBook.Lease;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.environment.TimeSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of leases, kept by the leader and by nobody else.
 *
 * <table>
 *   <caption>A lease, as the leader sees it</caption>
 *   <tr><th>state</th><th>becomes</th><th>because</th></tr>
 *   <tr><td>running</td><td>running</td><td>a renewal sets its deadline anew</td></tr>
 *   <tr><td>running</td><td>due</td><td>its deadline passes</td></tr>
 *   <tr><td>due</td><td>gone</td><td>its revoke is applied; who wanted to renew it learns that it is
 *       gone</td></tr>
 *   <tr><td>any</td><td>unknown</td><td>this member leads no more; who waits is told so</td></tr>
 * </table>
 *
 * <p>A due lease is never renewed, since its revoke may be in the log already: a keep-alive that is
 * answered is a promise. Deadlines are milliseconds, because the largest time to live does not fit
 * into nanoseconds; rounding never lets a lease end early.
 *
 * <p><b>Threads.</b> Any; one lock, held for one operation on a map and a heap, except for {@link
 * #promote}, which puts all leases in. No foreign code runs under it.
 */
@ThreadSafe
final class LeaseClock implements LeaseBook.Listener {
  /** How many leases may become due within one second after a change of leaders. */
  static final int EXPIRIES_PER_SECOND = 750;

  /** From how many leases on they are spread like that. */
  static final int SPREAD_FROM = 1000;

  /** What became of a renewal. */
  sealed interface Renewal {
    /**
     * The lease lives for {@code ttlSeconds} from now on.
     *
     * @param checkpointed whether a checkpoint stands that would let a later leader give it less;
     *     it has to be taken back before the renewal is promised
     */
    record Renewed(long ttlSeconds, boolean checkpointed) implements Renewal {}

    /** There is no such lease, as far as this member has applied. */
    record Unknown() implements Renewal {}

    /** The lease is due. The stage completes with what the renewal then becomes. */
    record Due(CompletionStage<Renewal> outcome) implements Renewal {}

    /** This member does not keep deadlines. */
    record NotLeading() implements Renewal {}
  }

  private static final class Deadline {
    private final long id;
    private final long ttlSeconds;
    private final long grantIndex;
    private boolean checkpointed;
    private long atMillis;
    // While the lease is due: who wanted to renew it.
    private @Nullable CompletableFuture<Renewal> waiting;

    private Deadline(Lease lease, long atMillis) {
      this.id = lease.id();
      this.ttlSeconds = lease.ttlSeconds();
      this.grantIndex = lease.grantIndex();
      this.checkpointed = lease.remainingSeconds() > 0;
      this.atMillis = atMillis;
    }
  }

  /**
   * A look at a lease that is to be taken at some time. Each deadline has exactly one; it may come
   * too early, because renewing does not touch the heap, and is then taken again.
   */
  private record Look(long atMillis, Deadline deadline) {}

  private static final Renewal UNKNOWN = new Renewal.Unknown();
  private static final Renewal NOT_LEADING = new Renewal.NotLeading();

  private final TimeSource time;
  private final Object lock = new Object();
  // Guarded by the lock, like everything below; iterated only where the outcome is sorted.
  private final Map<Long, Deadline> deadlines = new HashMap<>();
  private final PriorityQueue<Look> looks =
      new PriorityQueue<>(
          Comparator.comparingLong(Look::atMillis).thenComparingLong(look -> look.deadline().id));
  // The term in which this member keeps deadlines; 0 while it does not.
  private long term;

  LeaseClock(TimeSource time) {
    this.time = time;
  }

  /** The term in which this member keeps the deadlines, 0 if it does not. */
  long term() {
    synchronized (lock) {
      return term;
    }
  }

  /**
   * Begins to keep deadlines: every lease gets its whole time, or what a checkpoint left of it,
   * plus {@code extensionMillis}, during which the leader before may still have renewed it. If
   * there are many, the deadlines are spread, so that what piled up without a leader does not end
   * at once.
   */
  void promote(long newTerm, List<Lease> leases, long extensionMillis) {
    demote();
    long now = nowMillis();
    synchronized (lock) {
      term = newTerm;
      List<Deadline> all = new ArrayList<>(leases.size());
      for (Lease lease : leases) {
        long left = lease.remainingSeconds() > 0 ? lease.remainingSeconds() : lease.ttlSeconds();
        all.add(new Deadline(lease, after(now, left) + extensionMillis));
      }
      if (all.size() >= SPREAD_FROM) {
        spread(all);
      }
      for (Deadline deadline : all) {
        deadlines.put(deadline.id, deadline);
        looks.add(new Look(deadline.atMillis, deadline));
      }
    }
  }

  /** Pushes deadlines back until no second has more than {@link #EXPIRIES_PER_SECOND} of them. */
  private static void spread(List<Deadline> all) {
    all.sort(Comparator.<Deadline>comparingLong(d -> d.atMillis).thenComparingLong(d -> d.id));
    for (int i = EXPIRIES_PER_SECOND; i < all.size(); i++) {
      Deadline deadline = all.get(i);
      long earliest = all.get(i - EXPIRIES_PER_SECOND).atMillis + 1000;
      deadline.atMillis = Math.max(deadline.atMillis, earliest);
    }
  }

  /** Forgets all deadlines. */
  void demote() {
    List<CompletableFuture<Renewal>> waiting = new ArrayList<>();
    synchronized (lock) {
      term = 0;
      for (Deadline deadline : deadlines.values()) {
        if (deadline.waiting != null) {
          waiting.add(deadline.waiting);
        }
      }
      deadlines.clear();
      looks.clear();
    }
    waiting.forEach(stage -> stage.complete(NOT_LEADING));
  }

  @Override
  public void granted(Lease lease) {
    long now = nowMillis();
    synchronized (lock) {
      if (term != 0) {
        Deadline deadline = new Deadline(lease, after(now, lease.ttlSeconds()));
        deadlines.put(lease.id(), deadline);
        looks.add(new Look(deadline.atMillis, deadline));
      }
    }
  }

  @Override
  public void revoked(long id) {
    @Nullable CompletableFuture<Renewal> waiting;
    synchronized (lock) {
      Deadline deadline = deadlines.remove(id);
      if (deadline == null) {
        return;
      }
      waiting = deadline.waiting;
      // Its look stays in the heap until its time; see due. A client that grants and revokes long
      // leases in a loop would pile looks up, so they are swept when they outnumber the leases.
      if (looks.size() > 2 * deadlines.size() + SPREAD_FROM) {
        looks.removeIf(look -> deadlines.get(look.deadline().id) != look.deadline());
      }
    }
    if (waiting != null) {
      waiting.complete(UNKNOWN);
    }
  }

  @Override
  public void checkpointed(Lease lease) {
    synchronized (lock) {
      Deadline deadline = deadlines.get(lease.id());
      if (deadline != null) {
        deadline.checkpointed = lease.remainingSeconds() > 0;
      }
    }
  }

  /** Gives a lease its whole time, counted from now. */
  Renewal renew(long id) {
    long now = nowMillis();
    synchronized (lock) {
      if (term == 0) {
        return NOT_LEADING;
      }
      Deadline deadline = deadlines.get(id);
      if (deadline == null) {
        return UNKNOWN;
      }
      if (now >= deadline.atMillis) {
        CompletableFuture<Renewal> waiting = deadline.waiting;
        if (waiting == null) {
          waiting = new CompletableFuture<>();
          deadline.waiting = waiting;
        }
        return new Renewal.Due(waiting);
      }
      // A deadline that was pushed back beyond the time to live stays where it is.
      deadline.atMillis = Math.max(deadline.atMillis, after(now, deadline.ttlSeconds));
      return new Renewal.Renewed(deadline.ttlSeconds, deadline.checkpointed);
    }
  }

  /**
   * Takes up to {@code max} leases that are due, the longest overdue first. Each is taken again
   * after {@code retryMillis} if it is still there then.
   */
  List<Long> takeDue(int max, long retryMillis) {
    long now = nowMillis();
    List<Long> due = new ArrayList<>();
    synchronized (lock) {
      @Nullable Look look = looks.peek();
      while (due.size() < max && look != null && look.atMillis() <= now) {
        looks.remove();
        Deadline deadline = look.deadline();
        if (deadlines.get(deadline.id) == deadline) {
          if (deadline.atMillis <= now) {
            due.add(deadline.id);
            looks.add(new Look(now + retryMillis, deadline));
          } else {
            looks.add(new Look(deadline.atMillis, deadline));
          }
        }
        look = looks.peek();
      }
    }
    return due;
  }

  /**
   * What some leases have left, of those that live longer than {@code minSeconds}. From now on each
   * counts as noted in the log, so that a renewal takes the note back.
   */
  List<Remaining> note(List<Long> ids, long minSeconds) {
    long now = nowMillis();
    List<Remaining> noted = new ArrayList<>();
    synchronized (lock) {
      for (long id : ids) {
        Deadline deadline = deadlines.get(id);
        long left = deadline == null ? 0 : Math.ceilDiv(deadline.atMillis - now, 1000L);
        if (deadline != null && left > minSeconds && left < deadline.ttlSeconds) {
          deadline.checkpointed = true;
          noted.add(new Remaining(id, left));
        }
      }
    }
    return noted;
  }

  /**
   * How to end a lease that is past its deadline, in the same {@code term} as when it was taken;
   * null if it is not.
   */
  @Nullable LeaseRevoke revokeIfDue(long id, long sinceTerm) {
    long now = nowMillis();
    synchronized (lock) {
      Deadline deadline = deadlines.get(id);
      return term == sinceTerm && deadline != null && deadline.atMillis <= now
          ? new LeaseRevoke(id, sinceTerm, deadline.grantIndex)
          : null;
    }
  }

  /**
   * What a lease has left, rounded towards zero; negative if it is overdue.
   *
   * @return milliseconds, or null if there is no deadline for it here
   */
  @Nullable Long remainingMillis(long id) {
    long now = nowMillis();
    synchronized (lock) {
      Deadline deadline = deadlines.get(id);
      return deadline == null ? null : deadline.atMillis - now;
    }
  }

  /** The ids of all leases, the one that ends first in front; null if this member does not lead. */
  @Nullable List<Long> idsByDeadline() {
    List<Deadline> all;
    synchronized (lock) {
      if (term == 0) {
        return null;
      }
      all = new ArrayList<>(deadlines.values());
      all.sort(Comparator.<Deadline>comparingLong(d -> d.atMillis).thenComparingLong(d -> d.id));
    }
    return all.stream().map(deadline -> deadline.id).toList();
  }

  /** Rounded up, so that nothing that begins now ends early. */
  private static long after(long nowMillis, long seconds) {
    return nowMillis + 1 + seconds * 1000;
  }

  /** Rounded down. */
  private long nowMillis() {
    return Math.floorDiv(time.nanos(), 1_000_000L);
  }
}
