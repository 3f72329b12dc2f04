// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A streaming call, read step by step by the thread of a test.
 *
 * @param <Q> what is sent
 * @param <R> what is received
 */
public final class StreamCall<Q, R> implements AutoCloseable {
  private sealed interface Step<R> {
    record Message<R>(R message) implements Step<R> {}

    record Over<R>(Status status) implements Step<R> {}
  }

  // Bounded by what is asked for: the server may be ahead of the test by so many messages.
  private final BlockingQueue<Step<R>> steps = new LinkedBlockingQueue<>();
  private final Observer observer;
  private final Duration patience;

  private StreamCall(int aheadMax, Duration patience) {
    this.observer = new Observer(aheadMax);
    this.patience = patience;
  }

  /**
   * Begins a call whose client sends messages, too.
   *
   * @param aheadMax how many messages the server may send before the test takes one
   */
  static <Q, R> StreamCall<Q, R> open(
      int aheadMax, Duration patience, Function<StreamObserver<R>, StreamObserver<Q>> call) {
    StreamCall<Q, R> stream = new StreamCall<>(aheadMax, patience);
    var _ = call.apply(stream.observer);
    return stream;
  }

  /** Sends a message. */
  public void send(Q message) {
    observer.call().onNext(message);
  }

  /** Says that nothing more will be sent. */
  public void halfClose() {
    observer.call().onCompleted();
  }

  /** The next message; fails if there is none in time, or if the stream has ended. */
  public R next() {
    return within(patience)
        .orElseThrow(() -> new AssertionError("no message within " + patience.toMillis() + " ms"));
  }

  /** The next message if there is one in time; fails if the stream has ended. */
  public Optional<R> within(Duration max) {
    Step<R> step = step(max);
    return switch (step) {
      case null -> Optional.empty();
      case Step.Message<R>(R message) -> {
        observer.call().request(1);
        yield Optional.of(message);
      }
      case Step.Over<R>(Status status) -> {
        steps.add(step); // Whoever asks again is told again.
        throw new AssertionError("the stream has ended: " + status);
      }
    };
  }

  /** How the stream ends; fails if a message comes instead, or nothing in time. */
  public Status end() {
    Step<R> step = step(patience);
    return switch (step) {
      case null -> throw new AssertionError("the stream has not ended");
      case Step.Message<R>(R message) ->
          throw new AssertionError("instead of its end there was " + message);
      case Step.Over<R>(Status status) -> status;
    };
  }

  private @Nullable Step<R> step(Duration max) {
    try {
      return steps.poll(max.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a stream was read", e);
    }
  }

  @Override
  public void close() {
    observer.call().cancel("the test is over", null);
  }

  private final class Observer implements ClientResponseObserver<Q, R> {
    private final int aheadMax;
    private @Nullable ClientCallStreamObserver<Q> call;

    Observer(int aheadMax) {
      this.aheadMax = aheadMax;
    }

    ClientCallStreamObserver<Q> call() {
      if (call == null) {
        throw new IllegalStateException("not begun");
      }
      return call;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> requests) {
      call = requests;
      requests.disableAutoRequestWithInitial(aheadMax);
    }

    @Override
    public void onNext(R message) {
      steps.add(new Step.Message<>(message));
    }

    @Override
    public void onError(Throwable failure) {
      steps.add(new Step.Over<>(Status.fromThrowable(failure)));
    }

    @Override
    public void onCompleted() {
      steps.add(new Step.Over<>(Status.OK));
    }
  }
}
