// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.KVGrpc;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.PutResponse;
import io.cairn.apiprotos.etcdserverpb.WatchCreateRequest;
import io.cairn.apiprotos.etcdserverpb.WatchGrpc;
import io.cairn.apiprotos.etcdserverpb.WatchRequest;
import io.cairn.apiprotos.etcdserverpb.WatchResponse;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.transport.TransportOptions;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Large requests over a socket, with room for one. */
final class RequestIntakeTest {

  private static final int LARGE = 600_000;
  private static final int SMALL = 10_000;

  private final ScriptedStore store = new ScriptedStore();
  private final TransportFixture fixture = new TransportFixture();
  private final BlockingQueue<CompletableFuture<PutResult>> answers = new LinkedBlockingQueue<>();
  private final List<TransportFixture.Client> clients = new ArrayList<>();
  private @Nullable GrpcTransport transport;
  private InetSocketAddress address = new InetSocketAddress(0);

  @BeforeEach
  void start() throws IOException {
    store.put =
        (caller, request) -> {
          CompletableFuture<PutResult> answer = new CompletableFuture<>();
          answers.add(answer);
          return answer;
        };
    GrpcTransport started =
        new GrpcTransport(
            fixture.log(), Optional.of(new GrpcSettings(1, 1 << 20, 1_000_000, 60_000)));
    transport = started;
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    address = started.start(store, List.of(any), TransportOptions.DEFAULT).getFirst();
  }

  @AfterEach
  void stop() {
    clients.forEach(TransportFixture.Client::close);
    if (transport != null) {
      transport.stop();
    }
  }

  private TransportFixture.Client connect() {
    TransportFixture.Client client = new TransportFixture.Client(address);
    clients.add(client);
    return client;
  }

  private static ListenableFuture<PutResponse> put(
      TransportFixture.Client client, String key, int bytes) {
    return KVGrpc.newFutureStub(client.channel())
        .put(
            PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFrom(new byte[bytes]))
                .build());
  }

  private String asked() throws InterruptedException {
    ScriptedStore.Asked next = store.asked.poll(10, TimeUnit.SECONDS);
    return next != null && next.request() instanceof io.cairn.spi.store.PutRequest put
        ? put.key().toUtf8() + " " + put.value().length()
        : "nothing";
  }

  private void answer() throws InterruptedException {
    CompletableFuture<PutResult> next = answers.poll(10, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    next.complete(new PutResult(ScriptedStore.HEADER, null));
  }

  private static void assertAnswered(ListenableFuture<PutResponse> put) throws Exception {
    assertThat(put.get(10, TimeUnit.SECONDS).hasHeader()).isTrue();
  }

  @Test
  void largeRequestsWaitForEachOtherAndSmallOnesForNobody() throws Exception {
    TransportFixture.Client client = connect();
    ListenableFuture<PutResponse> first = put(client, "first", LARGE);
    assertThat(asked()).isEqualTo("first 600000");
    ListenableFuture<PutResponse> second = put(client, "second", LARGE);
    ListenableFuture<PutResponse> small = put(client, "small", SMALL);

    // On the same connection, behind what has come of the second.
    assertThat(asked()).isEqualTo("small 10000");
    answer();
    assertAnswered(first);

    assertThat(asked()).isEqualTo("second 600000");
    answer();
    answer();
    assertAnswered(small);
    assertAnswered(second);
  }

  @Test
  void manyLargeRequestsOfManyClientsAllSucceed() throws Exception {
    List<ListenableFuture<PutResponse>> puts = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      TransportFixture.Client client = connect();
      for (int j = 0; j < 8; j++) {
        puts.add(put(client, "key", LARGE));
      }
    }

    for (int i = 0; i < puts.size(); i++) {
      assertThat(asked()).isEqualTo("key 600000");
      assertThat(store.asked).as("asked beside it").isEmpty();
      answer();
    }

    for (ListenableFuture<PutResponse> put : puts) {
      assertAnswered(put);
    }
  }

  /** Of a cancelled call the store still has the request. */
  @Test
  void placeIsKeptUntilTheStoreNeedsTheRequestNoMore() throws Exception {
    TransportFixture.Client client = connect();
    ListenableFuture<PutResponse> cancelled = put(client, "cancelled", LARGE);
    assertThat(asked()).isEqualTo("cancelled 600000");
    cancelled.cancel(true);
    ListenableFuture<PutResponse> next = put(client, "next", LARGE);
    ListenableFuture<PutResponse> small = put(client, "small", SMALL);
    assertThat(asked()).isEqualTo("small 10000");

    answer();

    assertThat(asked()).isEqualTo("next 600000");
    answer();
    answer();
    assertAnswered(small);
    assertAnswered(next);
  }

  @Test
  void whoCancelsOrHangsUpWhileWaitingLeavesTheLine() throws Exception {
    TransportFixture.Client client = connect();
    TransportFixture.Client other = connect();
    ListenableFuture<PutResponse> first = put(client, "first", LARGE);
    assertThat(asked()).isEqualTo("first 600000");
    ListenableFuture<PutResponse> cancelled = put(client, "cancelled", LARGE);
    ListenableFuture<PutResponse> hungUp = put(other, "hung up", LARGE);
    ListenableFuture<PutResponse> smallOfOther = put(other, "small", SMALL);
    assertThat(asked()).isEqualTo("small 10000");
    cancelled.cancel(true);
    other.close();
    assertThatThrownBy(() -> hungUp.get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class);

    ListenableFuture<PutResponse> last = put(client, "last", LARGE);
    answer();
    assertAnswered(first);

    assertThat(asked()).isEqualTo("last 600000");
    answer();
    answer();
    assertAnswered(last);
    assertThatThrownBy(() -> smallOfOther.get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class);
  }

  /** Its requests are done with as soon as they have been read, while the stream goes on. */
  @Test
  void streamKeepsNoPlaceForWhatItHasRead() throws Exception {
    TransportFixture.Client client = connect();
    StreamObserver<WatchRequest> watch = WatchGrpc.newStub(client.channel()).watch(new Unheard());
    for (int i = 0; i < 3; i++) {
      watch.onNext(
          WatchRequest.newBuilder()
              .setCreateRequest(
                  WatchCreateRequest.newBuilder().setKey(ByteString.copyFrom(new byte[LARGE])))
              .build());
    }
    ScriptedStore.ScriptedWatch watchers = store.watches.poll(10, TimeUnit.SECONDS);
    assertThat(watchers).isNotNull();
    for (int i = 0; i < 3; i++) {
      assertThat(watchers.nextRequest()).isInstanceOf(io.cairn.spi.store.WatchRequest.class);
    }

    ListenableFuture<PutResponse> put = put(client, "put", LARGE);

    assertThat(asked()).isEqualTo("put 600000");
    answer();
    assertAnswered(put);
  }

  /** What is heard is of no interest. */
  private static final class Unheard implements StreamObserver<WatchResponse> {
    @Override
    public void onNext(WatchResponse response) {
      // As the class says.
    }

    @Override
    public void onError(Throwable failure) {
      // The end of the test.
    }

    @Override
    public void onCompleted() {
      // As the class says.
    }
  }
}
