// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.apigrpc.wire.Reply;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.LongRangeResult;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A call with one request and one answer.
 *
 * <p>The request is decoded when it comes and handed to the store when the client has said that
 * nothing follows. An answer that is there at once is written at once; one that comes later, on a
 * lane of the store, is left in {@link #result} or {@link #failure} and written by the loop.
 */
final class UnaryCall<Q, R> extends LoopCall
    implements BiConsumer<@Nullable R, @Nullable Throwable> {

  private final UnaryMethod<Q, R> method;

  /** Where an answer of any length goes; null if the method has no such answers. */
  private final HttpConnection.@Nullable Stream stream;

  private @Nullable Q request;

  /** Of a large request. Set by the loop before the store is asked. */
  private RequestRoom.@Nullable Place place;

  /** The store will give an answer, and has the request until then. */
  private boolean asked;

  /** Written once by whoever completes the answer, before the call goes through the queue. */
  private @Nullable R result;

  private @Nullable Throwable failure;

  /** A large answer that waits for room. */
  private @Nullable Reply large;

  /** An answer that goes out in parts. */
  private @Nullable LongAnswer inParts;

  UnaryCall(
      UnaryMethod<Q, R> method,
      HttpConnection.@Nullable Stream stream,
      CallEnvironment environment,
      ServerCall<Bytes, Reply> call,
      Metadata headers) {
    super(environment, call, headers);
    this.method = method;
    this.stream = stream;
  }

  @Override
  boolean hold(RequestRoom.Place theOneRequest) {
    if (place != null) {
      return false;
    }
    place = theOneRequest;
    return true;
  }

  private void giveBackPlace() {
    RequestRoom.Place mine = place;
    if (mine != null) {
      mine.giveBack();
    }
  }

  @Override
  void receive(Bytes message) {
    if (request != null) {
      close(StatusMapping.moreThanOneRequest());
      return;
    }
    request = method.decoder().decode(message);
  }

  @Override
  void halfClosed() {
    Q question = request;
    if (question == null) {
      close(StatusMapping.noRequest());
      return;
    }
    CompletionStage<? extends R> answer = method.invocation().invoke(caller, question);
    request = null; // The store has its own copy of what it still needs.
    if (answer instanceof CompletableFuture<? extends R> future && future.isDone()) {
      // The lambda-free way to take a finished answer; most reads go here.
      if (future.state() == CompletableFuture.State.SUCCESS) {
        result = future.resultNow();
      } else {
        failure = future.exceptionNow();
      }
      proceed();
    } else {
      asked = true;
      var _ = answer.whenComplete(this);
    }
  }

  /** The answer has come, on any thread. */
  @Override
  public void accept(@Nullable R answer, @Nullable Throwable refusal) {
    result = answer;
    failure = refusal;
    giveBackPlace();
    loop.add(this);
  }

  @Override
  void takeDelivery() {
    if (isClosed() && result instanceof LongRangeResult unwanted) {
      unwanted.close();
    }
  }

  @Override
  void proceed() {
    Throwable refusal = failure;
    if (refusal != null) {
      fail(refusal);
      return;
    }
    R answer = result;
    result = null;
    if (answer instanceof LongRangeResult range && stream != null) {
      LongAnswer parts = new LongAnswer(this, stream, range);
      inParts = parts;
      parts.send();
      return;
    }
    // A void answer is null; the encoder of such a method does not look at it.
    @SuppressWarnings({"NullAway", "NullableWarning"})
    Reply reply = method.encoder().encode(answer);
    if (reply.size() <= ResponseBudget.SMALL_BYTES) {
      finish(reply);
      return;
    }
    CompletableFuture<Void> room = account().claim(reply.size());
    if (room.isDone() && !room.isCompletedExceptionally()) {
      finish(reply);
    } else {
      large = reply;
      var _ = room.whenComplete((there, none) -> loop.execute(() -> finishLarge(none)));
    }
  }

  /** There is room now, or there is {@code none}. */
  private void finishLarge(@Nullable Throwable none) {
    Reply reply = large;
    large = null;
    if (reply == null || isClosed()) {
      return;
    }
    try {
      if (none == null) {
        finish(reply);
      } else {
        fail(none);
      }
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  private void finish(Reply reply) {
    if (send(reply)) {
      closeOk();
    }
  }

  @Override
  public void onReady() {
    // One message goes out whether the client is ready or not.
  }

  @Override
  void release() {
    // The store learns through the call's life that nobody waits any more.
    LongAnswer parts = inParts;
    if (parts != null) {
      parts.release();
    }
    if (!asked) {
      giveBackPlace();
    }
  }
}
