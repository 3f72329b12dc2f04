// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import io.cairn.apiprotos.etcdserverpb.WatchCreateRequest;
import io.cairn.apiprotos.etcdserverpb.WatchRequest;
import io.cairn.apiprotos.etcdserverpb.WatchResponse;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One watcher on a stream of its own, read step by step. */
public final class WatchCall implements AutoCloseable {
  /** How many responses may wait here; the server keeps the others. */
  private static final int WAITING_MAX = 64;

  private sealed interface Step {
    record Response(WatchResponse response) implements Step {}

    record Over(String reason) implements Step {}
  }

  // Bounded by what is asked for: see request(1) below.
  private final BlockingQueue<Step> steps = new LinkedBlockingQueue<>();
  private final Observer observer = new Observer();

  /** Begins to watch. */
  public WatchCall(GrpcClient client, WatchCreateRequest request) {
    var requests = client.watch().watch(observer);
    requests.onNext(WatchRequest.newBuilder().setCreateRequest(request).build());
  }

  /** The next response, if there is one in time; fails if the stream is over. */
  public Optional<WatchResponse> next(Duration max) throws IOException, InterruptedException {
    Step step = steps.poll(max.toMillis(), TimeUnit.MILLISECONDS);
    return switch (step) {
      case null -> Optional.empty();
      case Step.Response(WatchResponse response) -> {
        observer.call().request(1);
        yield Optional.of(response);
      }
      case Step.Over(String reason) -> throw new IOException("the watch has ended: " + reason);
    };
  }

  @Override
  public void close() {
    observer.call().cancel("closed", null);
  }

  private final class Observer implements ClientResponseObserver<WatchRequest, WatchResponse> {
    private @Nullable ClientCallStreamObserver<WatchRequest> call;

    ClientCallStreamObserver<WatchRequest> call() {
      if (call == null) {
        throw new IllegalStateException("not begun");
      }
      return call;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> requests) {
      call = requests;
      requests.disableAutoRequestWithInitial(WAITING_MAX);
    }

    @Override
    public void onNext(WatchResponse response) {
      steps.add(new Step.Response(response));
    }

    @Override
    public void onError(Throwable failure) {
      steps.add(new Step.Over(failure.toString()));
    }

    @Override
    public void onCompleted() {
      steps.add(new Step.Over("completed by the server"));
    }
  }
}
