// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.AnswerRoom;
import io.cairn.spi.store.LongRangeResult;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of large answers may be under way, from the store's reading to the socket.
 *
 * <p>The store gathers a long answer on the heap, and gRPC takes a whole answer into its buffers,
 * however slowly the client reads. A few clients that ask for much and read nothing would otherwise
 * fill the memory of the process. So each call has an account: the store takes from it what it
 * gathers, and an answer that was not gathered so is claimed before it is encoded. Everything goes
 * back when the stream has gone. Bytes are counted once, though for a moment they are both on the
 * heap and in buffers. Small answers are not counted: they would wait behind the large ones for
 * nothing.
 *
 * <p>Who finds no room has three ways:
 *
 * <ul>
 *   <li>A range in key order goes out in parts and needs no room. {@link Turns} says when.
 *   <li>What else was being gathered is let go, and the store waits in line to begin anew, with
 *       twice the room that turned out to be too little, or alone with twice the budget; beyond
 *       that it is refused whatever else is under way, since memory has an end. It waits as long as
 *       its client does and those before it get on.
 *   <li>An answer that is there already waits in the same line for a while only, since its memory
 *       is taken; then it is refused.
 * </ul>
 *
 * <p>Nobody waits who has room. The line is served in order, and nobody gathers past it, but for
 * writes, which cannot be read anew.
 */
@ThreadSafe
final class ResponseBudget {

  /** The size up to which answers are not counted. */
  static final int SMALL_BYTES = 64 * 1024;

  static final int WAITING_MAX = 1024;

  /** How much of the budget an answer may take that is the only one. */
  private static final int ALONE_FACTOR = 2;

  private static final long WAIT_SECONDS = 10;

  /** Answers in parts that are under way at once, however large the budget. */
  private static final int TURNS_MAX = 16;

  private final long capacity;
  private final Turns turns;
  // Guarded by this.
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private long used;
  private long returns;

  /**
   * A budget of {@code capacity} bytes.
   *
   * @param stalledMillis as {@link GrpcSettings} says
   */
  ResponseBudget(long capacity, long stalledMillis) {
    this.capacity = capacity;
    // Of two parts each, one read and one being written.
    long atOnce = capacity / (2 * LongRangeResult.PART_BYTES);
    this.turns = new Turns(Math.clamp(atOnce, 1, TURNS_MAX), stalledMillis);
  }

  /** Somebody who waits. */
  private static final class Waiting {
    private final Account account;
    private final long bytes;

    /** Whether it goes on waiting as long as others give back. */
    private final boolean patient;

    private final CompletableFuture<Void> outcome = new CompletableFuture<>();
    private @Nullable Future<?> patience;
    private long returnsSeen;

    private Waiting(Account account, long bytes, boolean patient) {
      this.account = account;
      this.bytes = bytes;
      this.patient = patient;
    }

    private void stopWaiting() {
      Future<?> timer = patience;
      if (timer != null) {
        timer.cancel(false);
      }
    }
  }

  /** What one call has taken. */
  final class Account implements AnswerRoom {
    private final EventExecutor loop;
    // Guarded by the budget.
    private long taken;

    /** What of it nobody has asked for yet; it was waited for. */
    private long spare;

    private boolean ended;
    private Turns.@Nullable Turn turn;

    private Account(EventExecutor loop) {
      this.loop = loop;
    }

    @Override
    public boolean take(long bytes) {
      synchronized (ResponseBudget.this) {
        boolean alone = used == taken;
        if (!ended && used + bytes > (alone ? ALONE_FACTOR * capacity : capacity)) {
          return false;
        }
        add(bytes);
        return true;
      }
    }

    @Override
    public boolean takeInLine(long bytes) {
      synchronized (ResponseBudget.this) {
        long missing = bytes - spare;
        if (missing > 0 && !ended && (!waiting.isEmpty() || used + missing > capacity)) {
          return false;
        }
        spare = Math.max(0, -missing);
        add(Math.max(0, missing));
        return true;
      }
    }

    @Override
    public void giveBack(long bytes) {
      List<Waiting> granted;
      synchronized (ResponseBudget.this) {
        add(-Math.min(bytes + spare, taken));
        spare = 0;
        granted = nextGranted();
      }
      grant(granted);
    }

    @Override
    public CompletionStage<Void> await(long bytesMin) {
      giveBackAll();
      // Most who have run out of room once would do so again with a little more.
      long wanted = Math.min(2 * bytesMin, ALONE_FACTOR * capacity);
      Waiting line = new Waiting(this, wanted, true);
      synchronized (ResponseBudget.this) {
        if (bytesMin > ALONE_FACTOR * capacity) {
          line.outcome.completeExceptionally(exhausted());
        } else {
          enter(line);
        }
      }
      return line.outcome;
    }

    @Override
    public CompletionStage<Void> awaitTurn() {
      giveBackAll();
      Turns.Turn mine;
      synchronized (ResponseBudget.this) {
        if (ended) {
          return CompletableFuture.failedStage(new StoreException(new Reason.CallCanceled()));
        }
        mine = turns.open(loop);
        turn = mine;
      }
      return mine.await();
    }

    /** The turn that was waited for; null if none was. */
    Turns.@Nullable Turn turn() {
      synchronized (ResponseBudget.this) {
        return turn;
      }
    }

    /**
     * Completes when the account has {@code bytes}, perhaps at once, or fails as {@link #await}
     * says. An account that has something already never waits: others may wait for what it has.
     */
    CompletableFuture<Void> claim(long bytes) {
      Waiting claim;
      giveBack(0); // what was waited for and not needed
      synchronized (ResponseBudget.this) {
        long missing = Math.max(0, bytes - taken);
        claim = new Waiting(this, missing, false);
        if (taken > 0) {
          add(missing);
          claim.outcome.complete(null);
        } else if (missing > ALONE_FACTOR * capacity) {
          claim.outcome.completeExceptionally(exhausted());
        } else {
          enter(claim);
        }
      }
      return claim.outcome;
    }

    /** Lets {@code next} have its room, or wait for it. */
    private void enter(Waiting next) {
      if (ended) {
        next.outcome.completeExceptionally(new StoreException(new Reason.CallCanceled()));
      } else if (waiting.isEmpty() && fits(next.bytes)) {
        give(next);
        next.outcome.complete(null);
      } else if (waiting.size() == WAITING_MAX) {
        next.outcome.completeExceptionally(exhausted());
      } else {
        next.returnsSeen = returns;
        next.patience = loop.schedule(() -> losePatience(next), WAIT_SECONDS, TimeUnit.SECONDS);
        waiting.add(next);
      }
    }

    private void giveBackAll() {
      giveBack(Long.MAX_VALUE / 2);
    }

    /** The call has gone, and its answer with it. */
    void end() {
      List<Waiting> own = new ArrayList<>();
      List<Waiting> granted;
      Turns.Turn mine;
      synchronized (ResponseBudget.this) {
        add(-taken);
        ended = true;
        waiting.removeIf(other -> isMine(other) && own.add(other));
        granted = nextGranted();
        mine = turn;
      }
      for (Waiting gone : own) {
        gone.stopWaiting();
        gone.outcome.completeExceptionally(new StoreException(new Reason.CallCanceled()));
      }
      grant(granted);
      if (mine != null) {
        mine.end();
      }
    }

    @SuppressWarnings("ReferenceEquality") // Accounts are themselves and equal to nothing else.
    private boolean isMine(Waiting other) {
      return other.account == this;
    }

    private void add(long bytes) {
      if (!ended) {
        taken += bytes;
        used += bytes;
        returns += bytes < 0 ? 1 : 0;
      }
    }
  }

  /** The account of a call that lives on {@code loop}. */
  Account open(EventExecutor loop) {
    return new Account(loop);
  }

  private boolean fits(long bytes) {
    return used + Math.max(1, bytes) <= (used == 0 ? ALONE_FACTOR * capacity : capacity);
  }

  private static void give(Waiting next) {
    next.account.add(next.bytes);
    next.account.spare = next.patient ? next.bytes : 0;
  }

  /** Takes from the line who has room now. */
  private List<Waiting> nextGranted() {
    List<Waiting> granted = List.of();
    for (Waiting next = waiting.peek(); next != null && fits(next.bytes); next = waiting.peek()) {
      waiting.remove();
      give(next);
      if (granted.isEmpty()) {
        granted = new ArrayList<>();
      }
      granted.add(next);
    }
    return granted;
  }

  private static void grant(List<Waiting> granted) {
    for (Waiting claim : granted) {
      claim.stopWaiting();
      claim.outcome.complete(null);
    }
  }

  /** Somebody has waited for a while: it gives up, unless it is patient and others get on. */
  private void losePatience(Waiting line) {
    List<Waiting> granted;
    synchronized (this) {
      if (line.patient && line.returnsSeen != returns && waiting.contains(line)) {
        line.returnsSeen = returns;
        line.patience =
            line.account.loop.schedule(() -> losePatience(line), WAIT_SECONDS, TimeUnit.SECONDS);
        return;
      }
      if (!waiting.remove(line)) {
        return;
      }
      granted = nextGranted();
    }
    line.outcome.completeExceptionally(exhausted());
    grant(granted);
  }

  static StoreException exhausted() {
    return new StoreException(new Reason.ResponsesExhausted());
  }
}
