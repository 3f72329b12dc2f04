// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.ThreadSafe;
import java.util.Arrays;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the raft lane. Many put in, the lane takes everything out in one go.
 *
 * <p>Two arrays change places, so that putting in allocates nothing; the lock is held for a store
 * or a swap. The lane is woken only when it is not already on its way: while it syncs, any number
 * of items come in without a system call. For what can wait ({@link Patience}) it is not woken at
 * all; it finds that with whatever comes next, or when it looks by itself.
 *
 * <p><b>Bound.</b> Proposals are counted, with their bytes, from the moment they enter until {@link
 * #leave} is called for them; beyond the bound they are refused. Everything else is bounded by what
 * the member itself has under way.
 */
@ThreadSafe
final class Inbox {
  /** What an item is to the lane. */
  private enum Kind {
    /** The lane comes for it. */
    NEWS,
    /** Work of the member's own lanes is done. */
    REPORT,
    /** A proposal, of which there are few yet. */
    PROPOSAL,
    /** A question for an index to read at. */
    READ
  }

  /**
   * For what alone the lane does not come: it will find it with whatever comes next, which is not
   * far.
   *
   * @param reports work that is done
   * @param proposals those are to gather, as long as they are few
   * @param reads questions for an index to read at
   */
  record Patience(boolean reports, boolean proposals, boolean reads) {
    /** The lane comes for everything. */
    static final Patience NONE = new Patience(false, false, false);

    private boolean waitsWith(Kind kind) {
      return switch (kind) {
        case NEWS -> false;
        case REPORT -> reports;
        case PROPOSAL -> proposals;
        case READ -> reads;
      };
    }
  }

  /** Whether a proposal was taken. */
  enum Admission {
    TAKEN,
    OVERLOADED,
    CLOSED
  }

  private static final int INITIAL = 256;

  private final Lane lane;
  private final Runnable drain;
  private final long bytesMax;
  private final int countMax;

  // All below is guarded by this lock.
  private final Object lock = new Object();
  private @Nullable Object[] items = new Object[INITIAL];
  private int size;
  // Until the first drained() the lane is not to come: somebody else is still starting.
  private boolean scheduled = true;
  private boolean closed;
  private Patience patience = Patience.NONE;
  // What there is, and how many bytes of proposals.
  private final EnumSet<Kind> present = EnumSet.noneOf(Kind.class);
  private long gatheredBytes;
  private long bytes;
  private int count;

  /**
   * An empty inbox that runs {@code drain} on {@code lane} when there is something in it, from the
   * first call of {@link #drained} on.
   */
  Inbox(Lane lane, Runnable drain, long bytesMax, int countMax) {
    this.lane = lane;
    this.drain = drain;
    this.bytesMax = bytesMax;
    this.countMax = countMax;
  }

  /** Takes in a proposal, or the proposal that goes with {@code item}. */
  Admission offer(Object item, Proposal proposal) {
    int length = proposal.payload().length();
    boolean wake;
    synchronized (lock) {
      if (closed) {
        return Admission.CLOSED;
      }
      // Whatever its size, one proposal is taken when nothing else waits.
      if (count >= countMax || (count > 0 && bytes + length > bytesMax)) {
        return Admission.OVERLOADED;
      }
      count++;
      bytes += length;
      gatheredBytes += length;
      boolean gathers = item instanceof Proposal && gatheredBytes < Gathering.BYTES_ENOUGH;
      wake = put(item, gathers ? Kind.PROPOSAL : Kind.NEWS);
    }
    wake(wake);
    return Admission.TAKEN;
  }

  /** Takes in anything else; false if the inbox is closed. */
  boolean offer(Object item) {
    boolean wake;
    synchronized (lock) {
      if (closed) {
        return false;
      }
      wake = put(item, item instanceof Requests.Read ? Kind.READ : Kind.NEWS);
    }
    wake(wake);
    return true;
  }

  /** Takes in what the member's own lanes report, also when closed. */
  void report(Object item) {
    boolean wake;
    synchronized (lock) {
      wake = put(item, Kind.NEWS);
    }
    wake(wake);
  }

  /** The same for what can wait for whatever comes next, while the lane allows it. */
  void reportIdly(Object item) {
    boolean wake;
    synchronized (lock) {
      wake = put(item, Kind.REPORT);
    }
    wake(wake);
  }

  /** Proposals have been answered. */
  void leave(int proposals, long payloadBytes) {
    synchronized (lock) {
      count -= proposals;
      bytes -= payloadBytes;
    }
  }

  /**
   * Gives everything to the lane.
   *
   * @param emptied an array of which nothing is needed any more, to be used from now on
   * @return an array that begins with what was in here and goes on with nulls
   */
  @Nullable Object[] take(@Nullable Object[] emptied) {
    synchronized (lock) {
      @Nullable Object[] taken = items;
      items = emptied;
      size = 0;
      present.clear();
      gatheredBytes = 0;
      return taken;
    }
  }

  /** An array for {@link #take}. */
  static @Nullable Object[] spare() {
    return new Object[INITIAL];
  }

  /**
   * The lane has done what it took: it comes again if there is more.
   *
   * @param nowPatient what it does not come for alone
   */
  void drained(Patience nowPatient) {
    boolean more = false;
    synchronized (lock) {
      patience = nowPatient;
      for (Kind kind : present) {
        more |= !nowPatient.waitsWith(kind);
      }
      scheduled = more;
    }
    wake(more);
  }

  /** How many proposals are under way. */
  int waiting() {
    synchronized (lock) {
      return count;
    }
  }

  /**
   * Takes in one thing more, and then nothing but what is reported; false if it is closed already.
   */
  boolean close(Object last) {
    boolean wake;
    synchronized (lock) {
      if (closed) {
        return false;
      }
      closed = true;
      wake = put(last, Kind.NEWS);
    }
    wake(wake);
    return true;
  }

  private boolean put(Object item, Kind kind) {
    if (size == items.length) {
      items = Arrays.copyOf(items, size * 2);
    }
    items[size++] = item;
    present.add(kind);
    if (scheduled || patience.waitsWith(kind)) {
      return false;
    }
    scheduled = true;
    return true;
  }

  private void wake(boolean needed) {
    if (needed) {
      lane.execute(drain);
    }
  }
}
