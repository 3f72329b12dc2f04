// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.cairn.apiprotos.etcdserverpb.KVGrpc;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.RangeResponse;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.LongRangeResult;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.StoreException;
import io.cairn.spi.store.WireCursor;
import io.cairn.spi.transport.TransportOptions;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers that go out in parts, over a socket. */
final class LongAnswerTest {

  private static final int VALUE_BYTES = 100_000;
  private static final int PER_PART = 10;

  /** Much less than a part. */
  private static final int WINDOW_BYTES = 64 * 1024;

  private final ScriptedStore store = new ScriptedStore();
  private final TransportFixture fixture = new TransportFixture();

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<GrpcTransport> transports = new ArrayList<>();
  private InetSocketAddress address = new InetSocketAddress(0);

  @BeforeEach
  void start() throws IOException {
    start(60_000);
  }

  /** Serves with one turn only. */
  private void start(long stalledMillis) throws IOException {
    GrpcTransport transport =
        new GrpcTransport(
            fixture.log(), Optional.of(new GrpcSettings(1, 1 << 20, 1 << 20, stalledMillis)));
    transports.add(transport);
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    address = transport.start(store, List.of(any), TransportOptions.DEFAULT).getFirst();
  }

  @AfterEach
  void stop() {
    channels.forEach(ManagedChannel::shutdownNow);
    transports.forEach(GrpcTransport::stop);
  }

  private ManagedChannel connect() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(address)
            .usePlaintext()
            .flowControlWindow(WINDOW_BYTES)
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    channels.add(channel);
    return channel;
  }

  private static Bytes keyValue(int i) {
    byte[] value = new byte[VALUE_BYTES];
    value[i % VALUE_BYTES] = 1;
    return KeyValueFormat.encode(
        new KeyValue(Bytes.utf8("key" + i), 2, 2 + i, 1, Bytes.of(value), 0));
  }

  /** An answer in parts that fails, if it is to, before the part of a number. */
  private static final class Scripted implements LongRangeResult {
    private final List<Bytes> kvs = new ArrayList<>();
    private final int failingPart;
    final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    final CompletableFuture<Void> closed = new CompletableFuture<>();
    private int parts;

    Scripted(int parts, int failingPart) {
      this.failingPart = failingPart;
      for (int i = 0; i < parts * PER_PART; i++) {
        kvs.add(keyValue(i));
      }
    }

    @Override
    public ResponseHeader header() {
      return ScriptedStore.HEADER;
    }

    @Override
    public boolean more() {
      return true;
    }

    @Override
    public long count() {
      return kvs.size() + 1L;
    }

    @Override
    public long fieldBytes() {
      return kvs.stream()
          .mapToLong(kv -> 1 + WireCursor.varintSize(kv.length()) + kv.length())
          .sum();
    }

    @Override
    public CompletionStage<List<Bytes>> next() {
      int from = PER_PART * parts++;
      asked.add("part " + parts);
      return parts == failingPart
          ? CompletableFuture.failedStage(new StoreException(new Reason.Compacted(7)))
          : CompletableFuture.supplyAsync(() -> kvs.subList(from, from + PER_PART), Runnable::run);
    }

    @Override
    public void close() {
      closed.complete(null);
    }

    void awaitPart(int number) throws InterruptedException {
      String part;
      do {
        part = asked.poll(10, TimeUnit.SECONDS);
        assertThat(part).as("no further part was asked for").isNotNull();
      } while (!("part " + number).equals(part));
    }
  }

  /** A client that reads when it is told to. */
  private static final class Reluctant extends ClientCall.Listener<RangeResponse> {
    final ClientCall<RangeRequest, RangeResponse> call;
    final CompletableFuture<RangeResponse> response = new CompletableFuture<>();
    final CompletableFuture<Status> end = new CompletableFuture<>();

    Reluctant(ManagedChannel channel) {
      call = channel.newCall(KVGrpc.getRangeMethod(), CallOptions.DEFAULT);
      call.start(this, new Metadata());
      call.sendMessage(RangeRequest.getDefaultInstance());
      call.halfClose();
    }

    @Override
    public void onMessage(RangeResponse message) {
      response.complete(message);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      end.complete(status);
    }
  }

  private Scripted answerWith(Scripted answer) {
    store.longRange =
        (caller, request) ->
            caller.call().room().awaitTurn().thenApply(there -> (LongRangeResult) answer);
    return answer;
  }

  @Test
  void answerArrivesWhole() {
    Scripted answer = answerWith(new Scripted(15, 0));

    RangeResponse response =
        KVGrpc.newBlockingStub(connect()).range(RangeRequest.getDefaultInstance());

    assertThat(response.getHeader().getRevision()).isEqualTo(9);
    assertThat(response.getMore()).isTrue();
    assertThat(response.getCount()).isEqualTo(151);
    assertThat(response.getKvsCount()).isEqualTo(150);
    for (int i = 0; i < 150; i++) {
      assertThat(response.getKvs(i).toByteString().toByteArray())
          .isEqualTo(keyValue(i).toByteArray());
    }
    assertThat(answer.closed).succeedsWithin(10, TimeUnit.SECONDS);
  }

  @Test
  void manyAnswersAndOtherCallsShareAConnection() throws Exception {
    ManagedChannel channel = connect();
    store.longRange =
        (caller, request) ->
            caller.call().room().awaitTurn().thenApply(there -> new Scripted(2, 0));

    var stub = KVGrpc.newFutureStub(channel);
    List<com.google.common.util.concurrent.ListenableFuture<RangeResponse>> responses =
        new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      responses.add(stub.range(RangeRequest.getDefaultInstance()));
      assertThat(stub.put(PutRequest.getDefaultInstance()).get(10, TimeUnit.SECONDS).hasHeader())
          .isTrue();
    }

    for (var response : responses) {
      assertThat(response.get(10, TimeUnit.SECONDS).getKvsCount()).isEqualTo(20);
    }
  }

  @Test
  void nothingIsReadAheadForAClientThatDoesNotRead() throws Exception {
    Scripted answer = answerWith(new Scripted(4, 0));
    ManagedChannel channel = connect();
    Reluctant client = new Reluctant(channel);
    answer.awaitPart(2);

    // The event loop has had its say by the time that it answers another call.
    var other = KVGrpc.newBlockingStub(connect()).put(PutRequest.getDefaultInstance());
    String third = answer.asked.peek();
    client.call.request(2);

    assertThat(other.hasHeader()).isTrue();
    assertThat(third).isNull();
    assertThat(client.response.get(10, TimeUnit.SECONDS).getKvsCount()).isEqualTo(40);
    assertThat(client.end.get(10, TimeUnit.SECONDS).isOk()).isTrue();
  }

  @Test
  void partThatFailsEndsTheCall() {
    Scripted answer = answerWith(new Scripted(5, 4));

    StatusRuntimeException refusal =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> KVGrpc.newBlockingStub(connect()).range(RangeRequest.getDefaultInstance()));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.OUT_OF_RANGE);
    assertThat(answer.closed).succeedsWithin(10, TimeUnit.SECONDS);
  }

  @Test
  void clientThatGoesAwayIsSentNothingMore() throws Exception {
    Scripted answer = answerWith(new Scripted(5, 0));
    Reluctant client = new Reluctant(connect());
    answer.awaitPart(2);

    client.call.cancel("enough", null);

    assertThat(answer.closed).succeedsWithin(10, TimeUnit.SECONDS);
    assertThat(answer.asked).isEmpty();
  }

  /** One that reads nothing would otherwise keep all others from being answered. */
  @Test
  void clientThatDoesNotReadIsCutOffWhenOthersWait() throws Exception {
    start(50);
    Scripted stalled = answerWith(new Scripted(5, 0));
    ManagedChannel channel = connect();
    Reluctant client = new Reluctant(channel);
    stalled.awaitPart(2);

    answerWith(new Scripted(5, 0));
    RangeResponse response =
        KVGrpc.newBlockingStub(channel).range(RangeRequest.getDefaultInstance());

    client.call.request(1); // otherwise the client does not say what it knows

    assertThat(response.getKvsCount()).isEqualTo(50);
    assertThat(client.end.get(10, TimeUnit.SECONDS).getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(stalled.closed).isDone();
  }
}
