// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** The requests to one member that have no answer yet. */
@OnLane("peer-network")
final class Requests {
  private static final int WAITING_MAX = 1024;

  private record Waiting(CompletableFuture<Bytes> answer, Scheduler.Cancellable timeout) {}

  private final PeerEnvironment environment;
  private final Map<Long, Waiting> waiting = new TreeMap<>();
  private long lastId;

  Requests(PeerEnvironment environment) {
    this.environment = environment;
  }

  /** Sends a request by {@code link}, unless too many wait or the link takes nothing. */
  void ask(Link link, Bytes request, long timeoutNanos, CompletableFuture<Bytes> answer) {
    if (waiting.size() >= WAITING_MAX) {
      answer.completeExceptionally(
          new IOException(link.name() + " has " + WAITING_MAX + " requests to answer already"));
      return;
    }
    long id = ++lastId;
    // Waits before it is sent: handing in may find that the link has just broken.
    waiting.put(
        id,
        new Waiting(
            answer,
            environment
                .scheduler()
                .after(timeoutNanos, environment.loop(), () -> expired(id, link.name()))));
    if (!link.offer(new Frame(Frame.Kind.REQUEST, id, request))) {
      failed(id, "there is no connection to " + link.name() + ", or its queue is full");
    }
  }

  /** An answer has come. */
  void answered(long id, Bytes answer) {
    Waiting done = waiting.remove(id);
    if (done != null) { // Otherwise it has come too late.
      done.timeout.cancel();
      done.answer.complete(answer);
    }
  }

  /** The member, or the way to it, could not answer. */
  void failed(long id, String reason) {
    Waiting done = waiting.remove(id);
    if (done != null) {
      done.timeout.cancel();
      done.answer.completeExceptionally(new IOException(reason));
    }
  }

  /** Nothing that waits will be answered any more. */
  void failAll(String reason) {
    List<Long> ids = new ArrayList<>(waiting.keySet());
    ids.forEach(id -> failed(id, reason));
  }

  private void expired(long id, String member) {
    Waiting late = waiting.remove(id);
    if (late != null) {
      late.answer.completeExceptionally(new TimeoutException(member + " has not answered in time"));
    }
  }
}
