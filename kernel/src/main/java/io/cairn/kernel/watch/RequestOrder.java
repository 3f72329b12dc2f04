// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.spi.auth.Identity;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the requests of a stream in order while it is being found out who makes one of them.
 *
 * <p>While access control is off nothing ever waits here.
 */
@OnLane("caller")
final class RequestOrder {
  /** What is to be done once it is known who asks. */
  interface Identified {
    /** Goes on in the name of {@code identity}. */
    void as(Identity identity);

    /** Goes on without: the caller is not known. */
    void refused(Reason reason);
  }

  private final ArrayDeque<Runnable> held = new ArrayDeque<>();
  private @Nullable CompletableFuture<Identity> awaited;
  private @Nullable Identified then;

  /** Does {@code request} after those before it. */
  void inOrder(Runnable request) {
    if (awaited == null) {
      request.run();
    } else {
      held.add(request);
    }
  }

  /** How many requests wait. */
  int waiting() {
    return held.size();
  }

  /** Lets the request that is being done go on when {@code identity} is known. */
  void await(CompletableFuture<Identity> identity, Identified next) {
    awaited = identity;
    then = next;
  }

  /** Does what can be done by now. */
  void proceed() {
    CompletableFuture<Identity> known = awaited;
    Identified next = then;
    while (known != null && next != null && known.isDone()) {
      awaited = null;
      then = null;
      switch (known.state()) {
        case SUCCESS -> next.as(known.resultNow());
        case FAILED, CANCELLED, RUNNING -> next.refused(reasonOf(known));
      }
      while (awaited == null && !held.isEmpty()) {
        held.remove().run();
      }
      known = awaited;
      next = then;
    }
  }

  void clear() {
    held.clear();
    awaited = null;
    then = null;
  }

  private static Reason reasonOf(CompletableFuture<Identity> failed) {
    return failed.state() == Future.State.FAILED
            && failed.exceptionNow() instanceof StoreException refusal
        ? refusal.reason()
        : new Reason.Internal("the caller could not be identified");
  }
}
