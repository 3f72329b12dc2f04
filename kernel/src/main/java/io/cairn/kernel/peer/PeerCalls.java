// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.peer;

import io.cairn.kernel.request.Answers;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.store.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Asks the kernels of other members, and lets them ask. */
@ThreadSafe
public final class PeerCalls {
  /** Answers what other members ask. */
  @FunctionalInterface
  public interface Server {
    /**
     * Answers one question; must not block. A stage that fails with a {@link StoreException} is a
     * refusal; one that fails otherwise is as good as no answer.
     */
    CompletionStage<PeerAnswer> answer(PeerRequest request);
  }

  private final PeerNetwork network;

  /** Will ask over {@code network}. */
  public PeerCalls(PeerNetwork network) {
    this.network = network;
  }

  /** Asks {@code member}. The stage completes on a lane of the network, or fails. */
  public CompletionStage<PeerAnswer> ask(long member, PeerRequest request, long timeoutNanos) {
    return network
        .request(member, PeerCodec.encode(request), timeoutNanos)
        .thenApply(PeerCodec::decodeAnswer);
  }

  /** Lets {@code server} answer from now on; before any request can arrive. */
  public void serve(Server server) {
    network.respond((from, message) -> {
      PeerRequest request;
      try {
        request = PeerCodec.decodeRequest(message);
      } catch (IllegalArgumentException unknown) {
        return CompletableFuture.failedFuture(unknown);
      }
      return server.answer(request).exceptionally(PeerCalls::refused).thenApply(PeerCodec::encode);
    });
  }

  private static PeerAnswer refused(Throwable failure) {
    Throwable cause = Answers.cause(failure);
    if (cause instanceof StoreException refusal) {
      return new PeerAnswer.Refused(refusal.reason());
    }
    throw new CompletionException(cause);
  }
}
