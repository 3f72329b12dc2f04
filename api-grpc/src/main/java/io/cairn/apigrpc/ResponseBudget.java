// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.spi.environment.OnLane;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of large answers one event loop may have under way.
 *
 * <p>gRPC takes a whole answer into its buffers, however slowly the client reads. A few clients
 * that ask for much and read nothing would otherwise fill the memory of the process. So an answer
 * is encoded into buffers only after its bytes have been claimed here, and they are given back when
 * the stream has gone. A claim that does not fit waits its turn, for a while and in a bounded
 * queue; then the call is refused. An answer larger than the whole budget goes alone.
 *
 * <p>Small answers are not counted: they would wait behind the large ones for nothing.
 */
@OnLane("event loop")
final class ResponseBudget {

  /** The size up to which answers are not counted. */
  static final int SMALL_BYTES = 64 * 1024;

  static final int CLAIMS_WAITING_MAX = 256;

  private static final long WAIT_SECONDS = 10;

  private final EventExecutor loop;
  private final long capacity;
  private final Queue<Claim> waiting = new ArrayDeque<>();
  private long used;

  ResponseBudget(EventExecutor loop, long capacity) {
    this.loop = loop;
    this.capacity = capacity;
  }

  /** Who wants to send a large answer. */
  interface Claimant {
    /** The bytes are there; called later than {@link #claim} returns, or never. */
    void granted();

    /** They will not be there in time; called before {@link #claim} returns, or later. */
    void refused();
  }

  /** Some bytes that are wanted or held. */
  final class Claim {
    private final Claimant claimant;
    private final long bytes;
    private boolean held;
    private @Nullable ScheduledFuture<?> patience;

    private Claim(Claimant claimant, long bytes) {
      this.claimant = claimant;
      this.bytes = bytes;
    }

    /** Whether the bytes are there. */
    boolean isHeld() {
      return held;
    }

    /** Gives the bytes back, or the place in the queue up. */
    void release() {
      if (held) {
        held = false;
        used -= bytes;
        grantWaiting();
      } else if (waiting.remove(this)) {
        stopWaiting();
      }
    }

    private void hold() {
      held = true;
      used += bytes;
      stopWaiting();
    }

    private void stopWaiting() {
      ScheduledFuture<?> timer = patience;
      if (timer != null) {
        timer.cancel(false);
      }
    }

    private void expire() {
      if (waiting.remove(this)) {
        claimant.refused();
      }
    }
  }

  /** Claims {@code bytes}, which are held at once, or later, or refused. */
  Claim claim(Claimant claimant, long bytes) {
    Claim claim = new Claim(claimant, Math.min(bytes, capacity));
    if (waiting.isEmpty() && fits(claim)) {
      claim.hold();
    } else if (waiting.size() < CLAIMS_WAITING_MAX) {
      waiting.add(claim);
      claim.patience = loop.schedule(claim::expire, WAIT_SECONDS, TimeUnit.SECONDS);
    } else {
      claimant.refused();
    }
    return claim;
  }

  private boolean fits(Claim claim) {
    return used + claim.bytes <= capacity;
  }

  private void grantWaiting() {
    for (Claim next = waiting.peek(); next != null && fits(next); next = waiting.peek()) {
      waiting.remove();
      next.hold();
      next.claimant.granted();
    }
  }
}
