// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which calls may give their answers in parts; the others wait in line.
 *
 * <p>Each holds a part or two in memory, whatever the length of its answer, so their number bounds
 * the memory. A client that reads keeps its turn to the end. One that does not read is cut off once
 * it has taken no part for a while and others wait; if nobody waits it may take its time.
 */
@ThreadSafe
final class Turns {

  static final int WAITING_MAX = 1024;

  private final int atOnce;

  /** Who has not got on for so long, and at most for twice as long, is cut off if others wait. */
  private final long stalledMillis;

  // Guarded by this.
  private final Set<Turn> taken = new LinkedHashSet<>();
  private final ArrayDeque<Turn> waiting = new ArrayDeque<>();
  private boolean watched;

  Turns(int atOnce, long stalledMillis) {
    this.atOnce = atOnce;
    this.stalledMillis = stalledMillis;
  }

  /** The turn of one call. */
  final class Turn {
    private final EventExecutor loop;
    private final CompletableFuture<Void> begin = new CompletableFuture<>();
    // Guarded by the turns.
    private @Nullable Runnable cut;
    private long parts;
    private long partsSeen = -1;
    private boolean ended;

    private Turn(EventExecutor loop) {
      this.loop = loop;
    }

    /** Completes when the turn has come; fails if too many wait, or with the end of the call. */
    CompletableFuture<Void> await() {
      synchronized (Turns.this) {
        if (ended) {
          begin.completeExceptionally(new StoreException(new Reason.CallCanceled()));
        } else if (taken.size() < atOnce) {
          taken.add(this);
          begin.complete(null);
        } else if (waiting.size() == WAITING_MAX) {
          begin.completeExceptionally(ResponseBudget.exhausted());
        } else {
          waiting.add(this);
          watch(this);
        }
      }
      return begin;
    }

    /**
     * The answer is on its way: from now on it is the client who makes others wait.
     *
     * @param cutOff ends the call; runs on any event loop
     */
    void sending(Runnable cutOff) {
      synchronized (Turns.this) {
        cut = cutOff;
      }
    }

    /** The client has taken a part. */
    void gotOn() {
      synchronized (Turns.this) {
        parts++;
      }
    }

    /** The call has gone. */
    void end() {
      Turn next;
      synchronized (Turns.this) {
        ended = true;
        next = taken.remove(this) ? waiting.poll() : null;
        if (next != null) {
          taken.add(next);
        }
        waiting.remove(this);
      }
      begin.completeExceptionally(new StoreException(new Reason.CallCanceled()));
      if (next != null) {
        next.begin.complete(null);
      }
    }
  }

  /** A turn for a call that lives on {@code loop}. */
  Turn open(EventExecutor loop) {
    return new Turn(loop);
  }

  /** Has somebody look, on the loop of one who waits, who does not get on. */
  private void watch(Turn waits) {
    if (!watched) {
      watched = true;
      var _ = waits.loop.schedule(this::look, stalledMillis, TimeUnit.MILLISECONDS);
    }
  }

  private void look() {
    List<Runnable> cuts = new ArrayList<>();
    synchronized (this) {
      watched = false;
      Turn waits = waiting.peek();
      if (waits == null) {
        return;
      }
      for (Turn turn : taken) {
        Runnable cut = turn.cut;
        if (cut != null && turn.parts == turn.partsSeen) {
          cuts.add(cut);
        }
        turn.partsSeen = cut == null ? -1 : turn.parts;
      }
      watch(waits);
    }
    cuts.forEach(Runnable::run);
  }
}
