// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.AnswerRoom;
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
 * back when the stream has gone. Who finds no room waits in a bounded queue: to gather as long as
 * the client waits, to send an answer that is there for a while only, since its memory is taken
 * already; then it is refused. An answer larger than the whole budget goes alone, up to twice the
 * budget: beyond that it is refused whatever else is under way, since memory has an end. Bytes are
 * counted once, though for a moment they are both on the heap and in buffers.
 *
 * <p>Small answers are not counted: they would wait behind the large ones for nothing.
 */
@ThreadSafe
final class ResponseBudget {

  /** The size up to which answers are not counted. */
  static final int SMALL_BYTES = 64 * 1024;

  static final int WAITING_MAX = 1024;

  /** How much of the budget an answer may take that is the only one. */
  private static final int ALONE_FACTOR = 2;

  private static final long WAIT_SECONDS = 10;

  private final long capacity;
  // Guarded by this.
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private long used;

  ResponseBudget(long capacity) {
    this.capacity = capacity;
  }

  /** Somebody who waits for {@code bytes}, or with 0 for any room at all. */
  private static final class Waiting {
    private final Account account;
    private final long bytes;
    private final CompletableFuture<Void> outcome = new CompletableFuture<>();
    private @Nullable Future<?> patience;

    private Waiting(Account account, long bytes) {
      this.account = account;
      this.bytes = bytes;
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
    private boolean ended;

    private Account(EventExecutor loop) {
      this.loop = loop;
    }

    @Override
    public CompletionStage<Void> await() {
      return claim(0);
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
    public void giveBack(long bytes) {
      List<Waiting> granted;
      synchronized (ResponseBudget.this) {
        add(-Math.min(bytes, taken));
        granted = nextGranted();
      }
      grant(granted);
    }

    /**
     * Completes when the account has {@code bytes}, perhaps at once, or fails as {@link #await}
     * says. An account that has something already never waits: others may wait for what it has.
     */
    CompletableFuture<Void> claim(long bytes) {
      Waiting claim;
      synchronized (ResponseBudget.this) {
        long missing = Math.max(0, bytes - taken);
        claim = new Waiting(this, missing);
        if (ended) {
          claim.outcome.completeExceptionally(new StoreException(new Reason.CallCanceled()));
        } else if (taken > 0 || (waiting.isEmpty() && fits(missing))) {
          add(missing);
          claim.outcome.complete(null);
        } else if (missing > ALONE_FACTOR * capacity || waiting.size() == WAITING_MAX) {
          claim.outcome.completeExceptionally(exhausted());
        } else {
          if (missing > 0) {
            claim.patience = loop.schedule(() -> giveUp(claim), WAIT_SECONDS, TimeUnit.SECONDS);
          }
          waiting.add(claim);
        }
      }
      return claim.outcome;
    }

    /** The call has gone, and its answer with it. */
    void end() {
      List<Waiting> own = new ArrayList<>();
      List<Waiting> granted;
      synchronized (ResponseBudget.this) {
        add(-taken);
        ended = true;
        waiting.removeIf(other -> isMine(other) && own.add(other));
        granted = nextGranted();
      }
      for (Waiting gone : own) {
        gone.stopWaiting();
        gone.outcome.completeExceptionally(new StoreException(new Reason.CallCanceled()));
      }
      grant(granted);
    }

    @SuppressWarnings("ReferenceEquality") // Accounts are themselves and equal to nothing else.
    private boolean isMine(Waiting other) {
      return other.account == this;
    }

    private void add(long bytes) {
      if (!ended) {
        taken += bytes;
        used += bytes;
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

  /** Takes from the queue who has room now. */
  private List<Waiting> nextGranted() {
    List<Waiting> granted = List.of();
    for (Waiting next = waiting.peek(); next != null && fits(next.bytes); next = waiting.peek()) {
      waiting.remove();
      next.account.add(next.bytes);
      if (granted.isEmpty()) {
        granted = new ArrayList<>();
      }
      granted.add(next);
      if (next.bytes == 0) {
        // What a store is going to gather is not known yet; the next one waits for its end, or for
        // that of another one.
        break;
      }
    }
    return granted;
  }

  private static void grant(List<Waiting> granted) {
    for (Waiting claim : granted) {
      claim.stopWaiting();
      claim.outcome.complete(null);
    }
  }

  private void giveUp(Waiting claim) {
    List<Waiting> granted;
    synchronized (this) {
      if (!waiting.remove(claim)) {
        return;
      }
      granted = nextGranted();
    }
    claim.outcome.completeExceptionally(exhausted());
    grant(granted);
  }

  private static StoreException exhausted() {
    return new StoreException(new Reason.ResponsesExhausted());
  }
}
