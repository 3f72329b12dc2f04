// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.apigrpc.wire.Reply;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A call with one request and an answer in parts, each of which is asked for when the client has
 * room for it.
 */
final class PulledCall<Q, P> extends LoopCall {

  /** An answer in parts, as the store gives it. */
  interface Source<P> {
    /** The next part. */
    CompletionStage<P> next();

    /** Whether {@code part} is the last one. */
    boolean isLast(P part);

    /** Writes a part. */
    Reply encode(P part);

    /** Gives up the rest. */
    void close();
  }

  /** Opens an answer in parts. */
  @FunctionalInterface
  interface Opening<Q, P> {
    /** Asks what {@code request} says in the name of {@code caller}. */
    CompletionStage<Source<P>> open(Caller caller, Q request);
  }

  private final UnaryMethod.Decoder<Q> decoder;
  private final Opening<Q, P> opening;

  private @Nullable Q request;
  private @Nullable Source<P> source;

  private @Nullable P part;

  /** Written by whoever completes what was asked, before the call goes through the queue. */
  private @Nullable Source<P> deliveredSource;

  private @Nullable P deliveredPart;
  private @Nullable Throwable deliveredRefusal;

  /** Whether the source has been asked for a part that has not come. */
  private boolean asked;

  PulledCall(
      UnaryMethod.Decoder<Q> decoder,
      Opening<Q, P> opening,
      CallEnvironment environment,
      ServerCall<Bytes, Reply> call,
      Metadata headers) {
    super(environment, call, headers);
    this.decoder = decoder;
    this.opening = opening;
  }

  @Override
  void receive(Bytes message) {
    if (request != null) {
      close(StatusMapping.moreThanOneRequest());
      return;
    }
    request = decoder.decode(message);
  }

  @Override
  void halfClosed() {
    Q question = request;
    if (question == null) {
      close(StatusMapping.noRequest());
      return;
    }
    var _ =
        opening
            .open(caller, question)
            .whenComplete((stream, refusal) -> {
              deliveredSource = stream;
              deliveredRefusal = refusal;
              loop.add(this);
            });
  }

  @Override
  void takeDelivery() {
    Source<P> stream = deliveredSource;
    if (stream != null) {
      deliveredSource = null;
      source = stream;
      if (isClosed()) {
        stream.close();
        return;
      }
    }
    part = deliveredPart;
    deliveredPart = null;
    Throwable refusal = deliveredRefusal;
    if (refusal != null) {
      fail(refusal);
    }
  }

  @Override
  void proceed() {
    Source<P> parts = source;
    while (parts != null && !isClosed()) {
      P next = part;
      if (next != null) {
        part = null;
        asked = false;
        if (send(parts.encode(next)) && parts.isLast(next)) {
          closeOk();
        }
      } else if (asked || !call.isReady()) {
        return;
      } else {
        asked = true;
        ask(parts);
      }
    }
  }

  private void ask(Source<P> parts) {
    CompletionStage<P> next = parts.next();
    if (next instanceof CompletableFuture<P> future
        && future.state() == CompletableFuture.State.SUCCESS) {
      part = future.resultNow();
      return;
    }
    var _ =
        next.whenComplete((arrived, refusal) -> {
          deliveredPart = arrived;
          deliveredRefusal = refusal;
          loop.add(this);
        });
  }

  @Override
  void release() {
    Source<P> parts = source;
    if (parts != null) {
      parts.close();
    }
  }
}
