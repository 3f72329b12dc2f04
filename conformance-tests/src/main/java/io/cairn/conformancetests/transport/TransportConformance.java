// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.KVGrpc;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.PutResponse;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.RangeResponse;
import io.cairn.conformancetests.protocol.RawMessages;
import io.cairn.conformancetests.report.TestsRule;
import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.StoreException;
import io.cairn.spi.store.WatchMessage;
import io.cairn.spi.transport.Transport;
import io.cairn.spi.transport.TransportOptions;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The contract of {@code io.cairn.spi.transport}, rule by rule, for transports that speak etcd's
 * gRPC API.
 *
 * <p>A transport's tests extend this and say how to make one; they override nothing else. The suite
 * listens on the loopback address only.
 */
public abstract class TransportConformance {
  /** How long to wait for what should come by itself. */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final TransportOptions SMALL =
      new TransportOptions(64 << 10, 0xffff_ffffL, 5_000, 7_200_000, 20_000);

  private final Duration patience;
  private final ToldStore store;
  private final List<Transport> made = new ArrayList<>();
  private final List<StoreClient> clients = new ArrayList<>();

  /** For the suites of transports. */
  protected TransportConformance() {
    this(PATIENCE);
  }

  TransportConformance(Duration patience) {
    this.patience = patience;
    this.store = new ToldStore(patience);
  }

  /** How the suite gets transports. */
  protected abstract TransportFixture fixture();

  @AfterEach
  final void stopAll() {
    clients.forEach(StoreClient::close);
    made.forEach(Transport::stop);
  }

  private Transport transport() {
    Transport transport = fixture().transport();
    made.add(transport);
    return transport;
  }

  private StoreClient clientOf(InetSocketAddress address) {
    StoreClient client = new StoreClient(address);
    clients.add(client);
    return client;
  }

  /** Of a transport that serves the store on one port. */
  private StoreClient served() throws IOException {
    return clientOf(start(transport(), TransportOptions.DEFAULT));
  }

  private InetSocketAddress start(Transport transport, TransportOptions options)
      throws IOException {
    return transport.start(store, List.of(anyPort()), options).getFirst();
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  /** Binds the port of an address, as only its holder can, and lets go of it. */
  private static void assertFree(InetSocketAddress address) {
    assertThatCode(() -> new ServerSocket(address.getPort(), 1, address.getAddress()).close())
        .as("binding %s", address)
        .doesNotThrowAnyException();
  }

  private static PutRequest put(String key) {
    return PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
  }

  private Status refusal(ListenableFuture<?> call) throws Exception {
    try {
      call.get(patience.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      return Status.fromThrowable(e);
    }
    throw new AssertionError("not refused");
  }

  @Nested
  @TestsRule(TransportRules.T1)
  @DisplayName("T1 a transport decodes and encodes, and decides nothing")
  class Decoding {
    @Test
    void everyFieldOfARequestReachesTheStore() throws Exception {
      KVGrpc.KVBlockingStub kv = served().kv();

      var _ =
          kv.put(
              PutRequest.newBuilder()
                  .setKey(ByteString.copyFrom(new byte[] {0, (byte) 0xff}))
                  .setValue(ByteString.copyFromUtf8("v"))
                  .setLease(-3)
                  .setPrevKv(true)
                  .setIgnoreValue(true)
                  .setIgnoreLease(true)
                  .build());
      var _ =
          kv.range(
              RangeRequest.newBuilder()
                  .setKey(ByteString.copyFromUtf8("a"))
                  .setRangeEnd(ByteString.copyFromUtf8("b"))
                  .setLimit(-5)
                  .setRevision(Long.MAX_VALUE)
                  .setSortOrder(RangeRequest.SortOrder.DESCEND)
                  .setSortTarget(RangeRequest.SortTarget.MOD)
                  .setSerializable(true)
                  .setKeysOnly(true)
                  .setCountOnly(true)
                  .setMinModRevision(1)
                  .setMaxModRevision(2)
                  .setMinCreateRevision(3)
                  .setMaxCreateRevision(4)
                  .build());

      assertThat(store.nextAsked().request())
          .isEqualTo(
              new io.cairn.spi.store.PutRequest(
                  Bytes.of(new byte[] {0, (byte) 0xff}), Bytes.utf8("v"), -3, true, true, true));
      assertThat(store.nextAsked().request())
          .isEqualTo(
              new io.cairn.spi.store.RangeRequest(
                  new KeyRange(Bytes.utf8("a"), Bytes.utf8("b")),
                  -5,
                  Long.MAX_VALUE,
                  io.cairn.spi.store.RangeRequest.SortOrder.DESCEND,
                  io.cairn.spi.store.RangeRequest.SortTarget.MOD,
                  true,
                  true,
                  true,
                  1,
                  2,
                  3,
                  4));
    }

    /** Nothing of this could succeed; but that is for the store to say. */
    @Test
    void whatTheStoreWillRefuseReachesItToo() throws Exception {
      KVGrpc.KVBlockingStub kv = served().kv();

      var _ = kv.put(PutRequest.getDefaultInstance());
      var _ = kv.range(RangeRequest.newBuilder().setSortOrderValue(77).build());

      assertThat(store.nextAsked().request())
          .isEqualTo(io.cairn.spi.store.PutRequest.of(Bytes.EMPTY, Bytes.EMPTY));
      assertThat(store.nextAsked().request())
          .isInstanceOfSatisfying(
              io.cairn.spi.store.RangeRequest.class,
              range ->
                  assertThat(range.order())
                      .isEqualTo(io.cairn.spi.store.RangeRequest.SortOrder.UNKNOWN));
    }

    @Test
    void resultsReachTheClientAsTheyAre() throws Exception {
      store.answerRanges(request ->
          ToldStore.done(
              new RangeResult(
                  ToldStore.HEADER,
                  List.of(ToldStore.encoded("a", "1"), ToldStore.encoded("b", "")),
                  true,
                  17)));

      RangeResponse response = served().kv().range(RangeRequest.getDefaultInstance());

      assertThat(response.getHeader().getClusterId()).isEqualTo(7);
      assertThat(response.getHeader().getMemberId()).isEqualTo(8);
      assertThat(response.getHeader().getRevision()).isEqualTo(9);
      assertThat(response.getHeader().getRaftTerm()).isEqualTo(2);
      assertThat(response.getKvsList())
          .extracting(kv -> kv.getKey().toStringUtf8() + "=" + kv.getValue().toStringUtf8())
          .containsExactly("a=1", "b=");
      assertThat(response.getMore()).isTrue();
      assertThat(response.getCount()).isEqualTo(17);
    }

    @Test
    void refusalsOfTheStoreReachTheClientEachInItsWords() throws Exception {
      List<Reason> reasons =
          List.of(new Reason.Compacted(5), new Reason.LeaseNotFound(), new Reason.NoSpace());
      store.answerPuts(request ->
          CompletableFuture.failedFuture(new StoreException(reasons.get((int) request.lease()))));
      StoreClient client = served();

      List<String> told = new ArrayList<>();
      for (int i = 0; i < reasons.size(); i++) {
        Status status = refusal(client.put(put("k").toBuilder().setLease(i).build()));
        told.add(status.getCode() + " " + status.getDescription());
      }

      assertThat(told)
          .containsExactly(
              "OUT_OF_RANGE etcdserver: mvcc: required revision has been compacted",
              "NOT_FOUND etcdserver: requested lease not found",
              "RESOURCE_EXHAUSTED etcdserver: mvcc: database space exceeded");
    }

    @Test
    void theStoreLearnsWhoAsks() throws Exception {
      Metadata headers = new Metadata();
      headers.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), "t.1");
      headers.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
      KVGrpc.KVBlockingStub plain = served().kv();

      var _ = plain.put(put("k"));
      var _ =
          plain.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)).put(put("k"));

      assertThat(store.nextAsked().caller())
          .satisfies(caller -> {
            assertThat(caller.token()).isNull();
            assertThat(caller.requireLeader()).isFalse();
          });
      assertThat(store.nextAsked().caller())
          .satisfies(caller -> {
            assertThat(caller.token()).isEqualTo("t.1");
            assertThat(caller.requireLeader()).isTrue();
          });
    }

    @Test
    void newsReachTheClientInOrder() throws Exception {
      StoreClient.Watching watching = served().watch();
      ToldStore.ToldWatch stream = store.nextWatch();
      watching.create("k");

      var wanted = stream.nextCreated();
      for (int revision = 1; revision <= 100; revision++) {
        stream.say(new WatchMessage.Progress(new ResponseHeader(7, 8, revision, 2), 5));
      }

      assertThat(wanted.key()).isEqualTo(Bytes.utf8("k"));
      for (int revision = 1; revision <= 100; revision++) {
        assertThat(watching.next().getHeader().getRevision()).isEqualTo(revision);
      }
    }
  }

  @Nested
  @TestsRule(TransportRules.T2)
  @DisplayName("T2 start returns when all addresses are served, or binds none")
  class Starting {
    @Test
    void everyAddressIsServedInTheOrderAskedFor() throws Exception {
      List<InetSocketAddress> bound =
          transport().start(store, List.of(anyPort(), anyPort()), TransportOptions.DEFAULT);

      assertThat(bound).hasSize(2).doesNotHaveDuplicates();
      for (InetSocketAddress address : bound) {
        assertThat(address.getPort()).isPositive();
        assertThat(clientOf(address).kv().put(put("k")).getHeader().getRevision()).isEqualTo(9);
      }
    }

    @Test
    void ifOneCannotBeBoundNothingStaysBound() throws Exception {
      try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        InetSocketAddress free = freeAddress();
        InetSocketAddress occupied =
            new InetSocketAddress(taken.getInetAddress(), taken.getLocalPort());
        Transport transport = transport();

        assertThatThrownBy(
                () -> transport.start(store, List.of(free, occupied), TransportOptions.DEFAULT))
            .isInstanceOf(IOException.class)
            .hasMessageContaining(Integer.toString(taken.getLocalPort()));

        assertFree(free);
      }
    }

    private static InetSocketAddress freeAddress() throws IOException {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        return new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort());
      }
    }
  }

  @Nested
  @TestsRule(TransportRules.T3)
  @DisplayName("T3 drain lets calls finish and ends watches, stop ends everything")
  class Ending {
    @Test
    void runningCallsFinishWhileItDrains() throws Exception {
      CompletableFuture<PutResult> answer = new CompletableFuture<>();
      store.answerPuts(request -> answer);
      Transport transport = transport();
      StoreClient client = clientOf(start(transport, TransportOptions.DEFAULT));
      ListenableFuture<PutResponse> call = client.put(put("k"));
      store.nextAsked();

      Thread draining = Thread.ofPlatform().start(() -> transport.drain(patience.toMillis()));
      StoreClient.Watching watching = client.watch();
      watching.awaitEnd(patience); // so that it has begun to drain
      answer.complete(new PutResult(ToldStore.HEADER, null));

      assertThat(call.get(patience.toSeconds(), TimeUnit.SECONDS).getHeader().getRevision())
          .isEqualTo(9);
      assertThat(draining.join(patience)).as("drain returns").isTrue();
    }

    @Test
    void watchesEndAndNothingNewIsTaken() throws Exception {
      Transport transport = transport();
      InetSocketAddress address = start(transport, TransportOptions.DEFAULT);
      StoreClient client = clientOf(address);
      StoreClient.Watching watching = client.watch();
      ToldStore.ToldWatch stream = store.nextWatch();

      transport.drain(patience.toMillis());
      Status late = refusal(clientOf(address).put(put("k")));

      assertThat(watching.awaitEnd(patience)).as("the client's stream ends").isTrue();
      assertThat(stream.closed()).succeedsWithin(patience);
      assertThat(late.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(store.isUndisturbed()).isTrue();
    }

    @Test
    void drainDoesNotWaitForeverAndStopEndsWhatIsLeft() throws Exception {
      store.answerPuts(request -> new CompletableFuture<>());
      Transport transport = transport();
      InetSocketAddress address = start(transport, TransportOptions.DEFAULT);
      ListenableFuture<PutResponse> call = clientOf(address).put(put("k"));
      store.nextAsked();

      Thread draining = Thread.ofPlatform().start(() -> transport.drain(100));
      boolean returned = draining.join(patience);
      transport.stop();

      assertThat(returned).as("drain returns").isTrue();
      assertThat(refusal(call).isOk()).isFalse();
      assertFree(address);
    }

    @Test
    void stopEndsWatchesAndReleasesTheAddress() throws Exception {
      Transport transport = transport();
      InetSocketAddress address = start(transport, TransportOptions.DEFAULT);
      StoreClient.Watching watching = clientOf(address).watch();
      ToldStore.ToldWatch stream = store.nextWatch();

      transport.stop();

      assertThat(watching.awaitEnd(patience)).as("the client's stream ends").isTrue();
      assertThat(stream.closed()).succeedsWithin(patience);
      assertFree(address);
    }

    @Test
    void stopIsHarmlessWhereThereIsNothingToStop() throws Exception {
      Transport never = transport();
      Transport twice = transport();
      InetSocketAddress address = start(twice, TransportOptions.DEFAULT);

      assertThatCode(
              () -> {
                never.drain(10);
                never.stop();
                twice.stop();
                twice.stop();
              })
          .doesNotThrowAnyException();
      assertFree(address);
    }
  }

  @Nested
  @TestsRule(TransportRules.T4)
  @DisplayName("T4 a malformed request costs its connection at most")
  class Hostility {
    @ParameterizedTest(name = "-Dcairn.seed={0}")
    @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
    void noiseHarmsNobodyElse(long seed) throws Exception {
      InetSocketAddress address = start(transport(), TransportOptions.DEFAULT);
      StoreClient other = clientOf(address);
      SplittableRandom random = new SplittableRandom(seed);

      for (int i = 0; i < 20; i++) {
        byte[] noise = new byte[1 + random.nextInt(20_000)];
        random.nextBytes(noise);
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
          if (random.nextBoolean()) { // as a client of HTTP/2 begins
            socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
          }
          socket.getOutputStream().write(noise);
        } catch (IOException e) {
          assertThat(e).as("cut off, as it may be").isNotNull();
        }
        assertThat(other.kv().put(put("k")).getHeader().getRevision()).isEqualTo(9);
        store.nextAsked();
      }
      assertThat(store.isUndisturbed()).isTrue();
    }

    @Test
    void bytesThatAreNoMessageAreRefused() throws Exception {
      StoreClient client = served();

      for (byte[] message : List.of(new byte[] {(byte) 0xff, 1, 2}, new byte[] {10, 100, 1})) {
        assertThatThrownBy(() -> callPut(client, message))
            .isInstanceOf(StatusRuntimeException.class);
      }

      assertThat(store.isUndisturbed()).isTrue();
      assertThat(client.kv().put(put("k")).getHeader().getRevision()).isEqualTo(9);
    }

    @Test
    void aRequestBeyondTheLimitNeverReachesTheStore() throws Exception {
      StoreClient client = clientOf(start(transport(), SMALL));
      int limit = SMALL.requestBytesMax() + TransportOptions.FRAMING_BYTES;
      PutRequest within =
          put("k").toBuilder().setValue(ByteString.copyFrom(new byte[limit - 64])).build();
      PutRequest beyond =
          put("k").toBuilder().setValue(ByteString.copyFrom(new byte[limit + 1])).build();

      Status status = refusal(client.put(beyond));
      boolean undisturbed = store.isUndisturbed();
      PutResponse response = client.kv().put(within);

      assertThat(status.isOk()).isFalse();
      assertThat(undisturbed).isTrue();
      assertThat(response.getHeader().getRevision()).isEqualTo(9);
    }

    private static byte[] callPut(StoreClient client, byte[] message) {
      return ClientCalls.blockingUnaryCall(
          client.channel(), RawMessages.unary("etcdserverpb.KV/Put"), CallOptions.DEFAULT, message);
    }
  }

  @Nested
  @DisplayName("P1, P2 and P4 the descriptor is constant and right")
  class Descriptors {
    @Test
    @TestsRule(TransportRules.P1)
    void theDescriptorIsAConstantOfThisSeam() {
      PluginDescriptor descriptor = transport().descriptor();

      assertThat(descriptor).isEqualTo(transport().descriptor());
      assertThat(descriptor.kind()).isEqualTo(PluginDescriptor.Kind.TRANSPORT);
      assertThat(descriptor.summary()).isNotBlank();
    }

    @Test
    @TestsRule(TransportRules.P2)
    void theVersionIsTheOneInUse() {
      assertThat(transport().descriptor().spiVersion()).isEqualTo(PluginDescriptor.SPI_VERSION);
    }

    @Test
    @TestsRule(TransportRules.P4)
    void theNameCanStandInConfiguration() {
      assertThat(transport().descriptor().name()).matches("[a-z0-9-]+");
    }
  }
}
