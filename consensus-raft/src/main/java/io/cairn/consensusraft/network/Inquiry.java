// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.store.Bytes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Asks whoever listens at an address to describe itself, on a connection of its own. */
@OnLane("peer-network")
final class Inquiry extends ClientCall.Listener<Batch> {
  private final String url;
  private final ManagedChannel connection;
  private final CompletableFuture<Bytes> answer;
  private @Nullable Bytes description;
  private Scheduler.@Nullable Cancellable timeout;

  private Inquiry(String url, ManagedChannel connection, CompletableFuture<Bytes> answer) {
    this.url = url;
    this.connection = connection;
    this.answer = answer;
  }

  /** Asks, and completes {@code answer} on the loop. */
  static void begin(
      ManagedChannel connection,
      String url,
      Scheduler scheduler,
      NetworkLoop loop,
      long timeoutNanos,
      CompletableFuture<Bytes> answer) {
    Inquiry inquiry = new Inquiry(url, connection, answer);
    inquiry.timeout = scheduler.after(timeoutNanos, loop, inquiry::expired);
    ClientCall<Batch, Batch> call = connection.newCall(PeerMethods.DESCRIBE, CallOptions.DEFAULT);
    call.start(inquiry, new Metadata());
    call.sendMessage(new Batch.Outgoing(List.of()));
    call.halfClose();
    call.request(2); // A unary call ends only when a second message was asked for in vain.
  }

  @Override
  public void onMessage(Batch message) {
    if (!(message instanceof Batch.Incoming incoming)) {
      return;
    }
    try {
      List<Frame> frames = incoming.frames();
      if (frames.size() == 1 && frames.getFirst().kind() == Frame.Kind.MESSAGE) {
        description = frames.getFirst().payload();
      }
    } catch (MalformedInput e) {
      end(null, new IOException("'" + url + "' answered what cannot be read", e));
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    if (status.isOk() && description != null) {
      end(description, null);
    } else {
      end(null, new IOException("'" + url + "' does not answer: " + Link.describe(status)));
    }
  }

  private void expired() {
    end(null, new TimeoutException("'" + url + "' has not answered in time"));
  }

  private void end(@Nullable Bytes result, @Nullable Exception failure) {
    if (answer.isDone()) {
      return;
    }
    if (timeout != null) {
      timeout.cancel();
    }
    if (result != null) {
      answer.complete(result);
    } else if (failure != null) {
      answer.completeExceptionally(failure);
    }
    connection.shutdownNow(); // Ends the call too, at once: by now there is an answer.
  }
}
