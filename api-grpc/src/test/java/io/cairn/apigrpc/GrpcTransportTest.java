// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.KVGrpc;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.PutResponse;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.RangeResponse;
import io.cairn.apiprotos.etcdserverpb.ResponseHeader;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.cairn.apiprotos.v3lockpb.LockGrpc;
import io.cairn.apiprotos.v3lockpb.LockRequest;
import io.cairn.conformancetests.protocol.RawMessages;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import io.cairn.spi.transport.TransportOptions;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One request, one answer, over a real socket; and the life of the listener. */
final class GrpcTransportTest {

  private final ScriptedStore store = new ScriptedStore();
  private final TransportFixture fixture = new TransportFixture();

  @BeforeEach
  void start() throws IOException {
    fixture.start(store, TransportOptions.DEFAULT);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void putReachesTheStoreAndItsAnswerTheClient() throws InterruptedException {
    KeyValue previous = new KeyValue(Bytes.utf8("k"), 2, 3, 2, Bytes.utf8("old"), 5);
    store.put =
        (caller, request) ->
            ScriptedStore.done(
                new PutResult(ScriptedStore.HEADER, KeyValueFormat.encode(previous)));

    PutResponse response =
        kv().put(
                PutRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8("k"))
                    .setValue(ByteString.copyFromUtf8("v"))
                    .setLease(-3)
                    .setPrevKv(true)
                    .build());

    assertThat(store.nextAsked().request())
        .isEqualTo(
            new io.cairn.spi.store.PutRequest(
                Bytes.utf8("k"), Bytes.utf8("v"), -3, true, false, false));
    assertThat(response.getHeader())
        .isEqualTo(
            ResponseHeader.newBuilder()
                .setClusterId(7)
                .setMemberId(8)
                .setRevision(9)
                .setRaftTerm(2)
                .build());
    assertThat(response.getPrevKv().getValue().toStringUtf8()).isEqualTo("old");
    assertThat(response.getPrevKv().getLease()).isEqualTo(5);
  }

  @Test
  void answersThatComeFromAnotherThreadReachTheirCalls() throws Exception {
    int calls = 500;
    List<CompletableFuture<PutResult>> answers = new ArrayList<>();
    store.put =
        (caller, request) -> {
          CompletableFuture<PutResult> answer = new CompletableFuture<>();
          synchronized (answers) {
            answers.add(answer);
          }
          return answer;
        };
    List<com.google.common.util.concurrent.ListenableFuture<PutResponse>> responses =
        new ArrayList<>();
    KVGrpc.KVFutureStub stub = KVGrpc.newFutureStub(fixture.channel());
    for (int i = 0; i < calls; i++) {
      responses.add(stub.put(PutRequest.newBuilder().setLease(i).build()));
    }
    for (int i = 0; i < calls; i++) {
      var _ = store.nextAsked();
    }

    List<CompletableFuture<PutResult>> waiting;
    synchronized (answers) {
      waiting = List.copyOf(answers);
    }
    for (CompletableFuture<PutResult> answer : waiting) {
      answer.complete(new PutResult(ScriptedStore.HEADER, null));
    }

    for (var response : responses) {
      assertThat(response.get(10, TimeUnit.SECONDS).getHeader().getRevision()).isEqualTo(9);
    }
  }

  @Test
  void rangeOfManyLargeValuesArrivesWhole() {
    List<Bytes> kvs = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      kvs.add(
          KeyValueFormat.encode(
              new KeyValue(Bytes.utf8("key" + i), 2, 2 + i, 1, Bytes.of(new byte[i * 100]), 0)));
    }
    store.range =
        (caller, request) ->
            ScriptedStore.done(new RangeResult(ScriptedStore.HEADER, kvs, true, 1000));

    RangeResponse response = kv().range(RangeRequest.getDefaultInstance());

    assertThat(response.getKvsList()).hasSize(300);
    assertThat(response.getKvs(299).getValue().size()).isEqualTo(29_900);
    assertThat(response.getMore()).isTrue();
    assertThat(response.getCount()).isEqualTo(1000);
  }

  @Test
  void compressedRequestsAreUnderstood() throws InterruptedException {
    String value = "v".repeat(10_000);

    PutResponse response =
        kv().withCompression("gzip")
            .put(PutRequest.newBuilder().setValue(ByteString.copyFromUtf8(value)).build());

    assertThat(response.hasHeader()).isTrue();
    assertThat(((io.cairn.spi.store.PutRequest) store.nextAsked().request()).value())
        .isEqualTo(Bytes.utf8(value));
  }

  /** Compresses to a few kilobytes and would fill the memory. */
  @Test
  void compressedMessageThatGrowsWithoutBoundIsRefused() {
    assertFails(
        () ->
            ClientCalls.blockingUnaryCall(
                fixture.channel(),
                RawMessages.unary("etcdserverpb.KV/Put"),
                CallOptions.DEFAULT.withCompression("gzip"),
                new byte[100_000_000]),
        Status.Code.INTERNAL,
        "grpc: error unmarshalling request: a field has the number 0");
    assertThat(kv().put(PutRequest.getDefaultInstance()).hasHeader()).isTrue();
  }

  @Test
  void refusalHasEtcdsCodeAndText() {
    store.put =
        (caller, request) ->
            CompletableFuture.failedFuture(new StoreException(new Reason.KeyMissing()));

    assertFails(
        () -> kv().put(PutRequest.getDefaultInstance()),
        Status.Code.INVALID_ARGUMENT,
        "etcdserver: key is not provided");
  }

  @Test
  void mistakeOfTheStoreEndsTheCallAndLeavesATrace() {
    store.put =
        (caller, request) -> CompletableFuture.failedFuture(new IllegalStateException("oops"));
    store.range =
        (caller, request) -> {
          throw new IllegalStateException("thrown, against the contract");
        };

    assertFails(
        () -> kv().put(PutRequest.getDefaultInstance()),
        Status.Code.INTERNAL,
        "cairn: internal error (IllegalStateException)");
    assertFails(
        () -> kv().range(RangeRequest.getDefaultInstance()),
        Status.Code.INTERNAL,
        "cairn: internal error (IllegalStateException)");
    assertThat(fixture.logged()).hasSize(2).allMatch(line -> line.contains("IllegalState"));
    assertThat(kv().txn(TxnRequest.getDefaultInstance()).getSucceeded()).isTrue();
  }

  @Test
  void bytesThatAreNoMessageAreRefusedAndHarmNobody() {
    byte[] message = {(byte) 0xff, 1, 2};

    assertFails(
        () ->
            ClientCalls.blockingUnaryCall(
                fixture.channel(),
                RawMessages.unary("etcdserverpb.KV/Put"),
                CallOptions.DEFAULT,
                message),
        Status.Code.INTERNAL,
        "grpc: error unmarshalling request: there is no wire type 7");
    assertThat(kv().put(PutRequest.getDefaultInstance()).getHeader().getRevision()).isEqualTo(9);
  }

  @Test
  void messageBeyondTheLimitIsRefusedInEtcdsWords() {
    byte[] largest = new byte[2_097_152];
    byte[] tooLarge = new byte[2_097_153];
    // One unknown field fills the message, but for its tag and length.
    fill(largest);
    fill(tooLarge);

    byte[] response =
        ClientCalls.blockingUnaryCall(
            fixture.channel(),
            RawMessages.unary("etcdserverpb.KV/Put"),
            CallOptions.DEFAULT,
            largest);

    assertThat(response).isNotEmpty();
    assertFails(
        () ->
            ClientCalls.blockingUnaryCall(
                fixture.channel(),
                RawMessages.unary("etcdserverpb.KV/Put"),
                CallOptions.DEFAULT,
                tooLarge),
        Status.Code.RESOURCE_EXHAUSTED,
        "grpc: received message larger than max (2097153 vs. 2097152)");
  }

  private static void fill(byte[] message) {
    int length = message.length - 5;
    message[0] = 0x7a;
    message[1] = (byte) (length | 0x80);
    message[2] = (byte) (length >> 7 | 0x80);
    message[3] = (byte) (length >> 14 | 0x80);
    message[4] = (byte) (length >> 21);
  }

  @Test
  void whatIsNotServedIsRefusedInEtcdsWords() {
    assertFails(
        () -> LockGrpc.newBlockingStub(fixture.channel()).lock(LockRequest.getDefaultInstance()),
        Status.Code.UNIMPLEMENTED,
        "unknown service v3lockpb.Lock");
    assertFails(
        () ->
            ClientCalls.blockingUnaryCall(
                fixture.channel(),
                RawMessages.unary("etcdserverpb.KV/Shout"),
                CallOptions.DEFAULT,
                new byte[0]),
        Status.Code.UNIMPLEMENTED,
        "unknown method Shout for service etcdserverpb.KV");
  }

  @Test
  void metadataSaysWhoCalls() throws InterruptedException {
    Metadata both = new Metadata();
    both.put(ascii("authorization"), "Bearer second");
    both.put(ascii("token"), "Bearer first");
    both.put(ascii("hasleader"), "true");
    both.put(ascii("grpcgateway-accept"), "x");
    Metadata fallback = new Metadata();
    fallback.put(ascii("authorization"), "plain");
    fallback.put(ascii("hasleader"), "TRUE");

    Caller first = callerOf(both);
    Caller second = callerOf(fallback);
    Caller anonymous = callerOf(new Metadata());

    assertThat(first.token()).isEqualTo("first");
    assertThat(first.requireLeader()).isTrue();
    assertThat(first.viaGateway()).isTrue();
    assertThat(second.token()).isEqualTo("plain");
    assertThat(second.requireLeader()).isFalse();
    assertThat(second.viaGateway()).isFalse();
    assertThat(anonymous.token()).isNull();
  }

  private Caller callerOf(Metadata metadata) throws InterruptedException {
    PutResponse response =
        kv().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
            .put(PutRequest.getDefaultInstance());
    assertThat(response.hasHeader()).isTrue();
    return store.nextAsked().caller();
  }

  @Test
  void storeLearnsThatTheCallerHasGone() throws Exception {
    store.put = (caller, request) -> new CompletableFuture<>();
    CountDownLatch ended = new CountDownLatch(1);
    CountDownLatch endedBefore = new CountDownLatch(1);

    assertFails(
        () ->
            kv().withDeadlineAfter(200, TimeUnit.MILLISECONDS).put(PutRequest.getDefaultInstance()),
        Status.Code.DEADLINE_EXCEEDED,
        null);

    Caller.Call call = store.nextAsked().caller().call();
    call.onEnd(ended::countDown);
    assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(call.ended()).isTrue();
    call.onEnd(endedBefore::countDown);
    assertThat(endedBefore.getCount()).as("runs at once, since the call has ended").isZero();
  }

  @Test
  void healthOfTheServerIsServingAndOthersAreUnknown() {
    HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(fixture.channel());

    assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
        .isEqualTo(ServingStatus.SERVING);
    assertFails(
        () -> health.check(HealthCheckRequest.newBuilder().setService("x").build()),
        Status.Code.NOT_FOUND,
        "unknown service");
  }

  @Test
  void everyAddressIsBoundAndReported() throws IOException {
    GrpcTransport second =
        new GrpcTransport(fixture.log(), Optional.of(new GrpcSettings(1, 1 << 20, 1 << 20, 1000)));
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    List<InetSocketAddress> bound =
        second.start(store, List.of(any, any), TransportOptions.DEFAULT);

    try {
      assertThat(bound).hasSize(2).doesNotHaveDuplicates().noneMatch(a -> a.getPort() == 0);
      for (InetSocketAddress address : bound) {
        try (TransportFixture.Client client = new TransportFixture.Client(address)) {
          assertThat(
                  KVGrpc.newBlockingStub(client.channel())
                      .put(PutRequest.getDefaultInstance())
                      .hasHeader())
              .isTrue();
        }
      }
    } finally {
      second.stop();
    }
  }

  @Test
  void nothingStaysBoundIfOneAddressIsTaken() throws IOException {
    GrpcTransport second = new GrpcTransport(fixture.log(), Optional.empty());
    InetAddress loopback = InetAddress.getLoopbackAddress();
    int free;
    try (ServerSocket probe = new ServerSocket(0, 1, loopback)) {
      free = probe.getLocalPort();
    }
    InetSocketAddress taken = fixture.address();

    assertThatThrownBy(() ->
            second.start(
                store,
                List.of(new InetSocketAddress(loopback, free), taken),
                TransportOptions.DEFAULT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(String.valueOf(taken.getPort()));

    try (ServerSocket again = new ServerSocket(free, 1, loopback)) {
      assertThat(again.isBound()).isTrue();
    }
  }

  /** As many bytes as a budget of 1 MiB holds are sent; the others wait for those to be read. */
  @Test
  void largeAnswersThatNobodyReadsDoNotPileUp() throws Exception {
    Bytes kv =
        KeyValueFormat.encode(
            new KeyValue(Bytes.utf8("k"), 1, 1, 1, Bytes.of(new byte[800_000]), 0));
    store.range =
        (caller, request) ->
            ScriptedStore.done(new RangeResult(ScriptedStore.HEADER, List.of(kv), false, 1));
    GrpcTransport small =
        new GrpcTransport(fixture.log(), Optional.of(new GrpcSettings(1, 1 << 20, 1 << 20, 1000)));
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    InetSocketAddress bound = small.start(store, List.of(any), TransportOptions.DEFAULT).getFirst();
    try (TransportFixture.Client client = new TransportFixture.Client(bound)) {
      List<com.google.common.util.concurrent.ListenableFuture<RangeResponse>> responses =
          new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        responses.add(
            KVGrpc.newFutureStub(client.channel()).range(RangeRequest.getDefaultInstance()));
      }

      for (var response : responses) {
        assertThat(response.get(10, TimeUnit.SECONDS).getKvs(0).getValue().size())
            .isEqualTo(800_000);
      }
    } finally {
      small.stop();
    }
  }

  @Test
  void bytesThatAreNotHttpCostTheirConnectionOnly() throws IOException {
    byte[] garbage = new byte[100_000];
    new java.util.Random(3).nextBytes(garbage);
    try (Socket socket = new Socket(fixture.address().getAddress(), fixture.address().getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(garbage);
      int last;
      do {
        last = socket.getInputStream().read();
      } while (last >= 0);
    } catch (SocketException e) {
      // Reset by the server, which may come before its last words have been read.
    }

    assertThat(kv().put(PutRequest.getDefaultInstance()).hasHeader()).isTrue();
  }

  @Test
  void drainLetsRunningCallsFinish() throws Exception {
    CompletableFuture<PutResult> answer = new CompletableFuture<>();
    store.put = (caller, request) -> answer;
    var response = KVGrpc.newFutureStub(fixture.channel()).put(PutRequest.getDefaultInstance());
    var _ = store.nextAsked();

    Thread drainer = Thread.ofPlatform().start(() -> fixture.transport().drain(10_000));
    answer.complete(new PutResult(ScriptedStore.HEADER, null));

    assertThat(response.get(10, TimeUnit.SECONDS).hasHeader()).isTrue();
    assertThat(drainer.join(java.time.Duration.ofSeconds(10))).isTrue();
  }

  private KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(fixture.channel());
  }

  private static Metadata.Key<String> ascii(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  static void assertFails(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call,
      Status.Code code,
      @org.jspecify.annotations.Nullable String text) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(code);
              if (text != null) {
                assertThat(e.getStatus().getDescription()).isEqualTo(text);
              }
            });
  }
}
