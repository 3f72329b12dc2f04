// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.transport;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.KVGrpc;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.PutResponse;
import io.cairn.apiprotos.etcdserverpb.WatchCreateRequest;
import io.cairn.apiprotos.etcdserverpb.WatchGrpc;
import io.cairn.apiprotos.etcdserverpb.WatchRequest;
import io.cairn.apiprotos.etcdserverpb.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client of etcd's API over gRPC, with a connection of its own. Threads: any. */
final class StoreClient implements AutoCloseable {
  private static final long CALL_SECONDS_MAX = 30;

  private final ManagedChannel channel;

  StoreClient(InetSocketAddress address) {
    channel =
        NettyChannelBuilder.forAddress(address)
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
  }

  ManagedChannel channel() {
    return channel;
  }

  KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS_MAX, TimeUnit.SECONDS);
  }

  /** Without waiting for the answer. */
  ListenableFuture<PutResponse> put(PutRequest request) {
    return KVGrpc.newFutureStub(channel)
        .withDeadlineAfter(CALL_SECONDS_MAX, TimeUnit.SECONDS)
        .put(request);
  }

  /** Opens a stream of watchers. */
  Watching watch() {
    return new Watching(channel);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** A stream of watchers, as its client sees it. */
  static final class Watching implements StreamObserver<WatchResponse> {
    private final BlockingQueue<WatchResponse> responses = new LinkedBlockingQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final StreamObserver<WatchRequest> requests;

    // The stream must know its observer before it exists.
    @SuppressWarnings("this-escape")
    private Watching(ManagedChannel channel) {
      requests = WatchGrpc.newStub(channel).watch(this);
    }

    void create(String key) {
      requests.onNext(
          WatchRequest.newBuilder()
              .setCreateRequest(
                  WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)))
              .build());
    }

    WatchResponse next() throws InterruptedException {
      WatchResponse next = responses.poll(CALL_SECONDS_MAX, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("no response on the watch stream");
      }
      return next;
    }

    /** Whether the stream ends, in whichever way. */
    boolean awaitEnd(Duration patience) throws InterruptedException {
      return ended.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void onNext(WatchResponse response) {
      responses.add(response);
    }

    @Override
    public void onError(Throwable t) {
      ended.countDown();
    }

    @Override
    public void onCompleted() {
      ended.countDown();
    }
  }
}
