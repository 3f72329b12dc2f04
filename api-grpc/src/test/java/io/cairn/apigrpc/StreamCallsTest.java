// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apigrpc.ScriptedStore.ScriptedWatch;
import io.cairn.apiprotos.etcdserverpb.KVGrpc;
import io.cairn.apiprotos.etcdserverpb.LeaseGrpc;
import io.cairn.apiprotos.etcdserverpb.LeaseKeepAliveRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseKeepAliveResponse;
import io.cairn.apiprotos.etcdserverpb.MaintenanceGrpc;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.RangeStreamResponse;
import io.cairn.apiprotos.etcdserverpb.SnapshotRequest;
import io.cairn.apiprotos.etcdserverpb.SnapshotResponse;
import io.cairn.apiprotos.etcdserverpb.WatchCancelRequest;
import io.cairn.apiprotos.etcdserverpb.WatchCreateRequest;
import io.cairn.apiprotos.etcdserverpb.WatchGrpc;
import io.cairn.apiprotos.etcdserverpb.WatchProgressRequest;
import io.cairn.apiprotos.etcdserverpb.WatchRequest;
import io.cairn.apiprotos.etcdserverpb.WatchResponse;
import io.cairn.apiprotos.mvccpb.Event;
import io.cairn.apiprotos.mvccpb.KeyValue;
import io.cairn.spi.store.BackupStream;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.LeaseService.KeptAlive;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.RangeStream;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import io.cairn.spi.store.WatchMessage;
import io.cairn.spi.transport.TransportOptions;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams over a real socket: watches, renewals, answers in parts. */
final class StreamCallsTest {

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

  /** Everything a stream of the server says, and how it ends; reads only as much as it is told. */
  private static final class Heard<Q, R> implements ClientResponseObserver<Q, R> {
    final BlockingQueue<R> messages = new LinkedBlockingQueue<>();
    final CompletableFuture<Status> end = new CompletableFuture<>();
    private final boolean manual;
    private @Nullable ClientCallStreamObserver<Q> call;

    Heard(boolean manual) {
      this.manual = manual;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> requests) {
      call = requests;
      if (manual) {
        requests.disableAutoRequestWithInitial(0);
      }
    }

    void request(int count) {
      ClientCallStreamObserver<Q> started = call;
      if (started == null) {
        throw new IllegalStateException("not started");
      }
      started.request(count);
    }

    R next() throws InterruptedException {
      R message = messages.poll(10, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("nothing came; the end is " + end);
      }
      return message;
    }

    Status end() throws Exception {
      return end.get(10, TimeUnit.SECONDS);
    }

    @Override
    public void onNext(R message) {
      messages.add(message);
    }

    @Override
    public void onError(Throwable failure) {
      end.complete(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
      end.complete(Status.OK);
    }
  }

  @Test
  void watchRequestsReachTheStoreAndItsMessagesTheClient() throws Exception {
    Heard<WatchRequest, WatchResponse> heard = new Heard<>(false);
    StreamObserver<WatchRequest> requests = WatchGrpc.newStub(fixture.channel()).watch(heard);
    ScriptedWatch watch = store.nextWatch();

    requests.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8("k"))
                    .setStartRevision(5)
                    .addFilters(WatchCreateRequest.FilterType.NODELETE)
                    .setFragment(true))
            .build());
    requests.onNext(
        WatchRequest.newBuilder()
            .setProgressRequest(WatchProgressRequest.getDefaultInstance())
            .build());
    requests.onNext(
        WatchRequest.newBuilder()
            .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(4))
            .build());

    assertThat(watch.nextRequest())
        .isEqualTo(
            new io.cairn.spi.store.WatchRequest(
                Bytes.utf8("k"), Bytes.EMPTY, 5, false, false, true, false, 0, true));
    assertThat(watch.nextRequest()).isEqualTo("progress");
    assertThat(watch.nextRequest()).isEqualTo(4L);

    Event event =
        Event.newBuilder()
            .setKv(KeyValue.newBuilder().setKey(ByteString.copyFromUtf8("k")))
            .build();
    Bytes run = Bytes.of(WatchResponse.newBuilder().addEvents(event).build().toByteArray());
    watch.say(new WatchMessage.Created(ScriptedStore.HEADER, 3));
    watch.say(new WatchMessage.Events(ScriptedStore.HEADER, 3, List.of(run, run), false));
    watch.say(new WatchMessage.Refused(ScriptedStore.HEADER, new Reason.PermissionDenied()));

    assertThat(heard.next().getCreated()).isTrue();
    assertThat(heard.next().getEventsList()).containsExactly(event, event);
    WatchResponse refused = heard.next();
    assertThat(refused.getWatchId()).isEqualTo(-1);
    assertThat(refused.getCancelReason())
        .isEqualTo("rpc error: code = PermissionDenied desc = etcdserver: permission denied");
    assertThat(watch.closed).isNotDone();
  }

  @Test
  void watchOutlivesItsClientsHalfCloseAndEndsWithTheCall() throws Exception {
    Heard<WatchRequest, WatchResponse> heard = new Heard<>(false);
    StreamObserver<WatchRequest> requests = WatchGrpc.newStub(fixture.channel()).watch(heard);
    ScriptedWatch watch = store.nextWatch();

    requests.onCompleted();
    watch.say(new WatchMessage.Progress(ScriptedStore.HEADER, -1));

    assertThat(heard.next().getWatchId()).isEqualTo(-1);
    requests.onError(new IllegalStateException("the client goes away"));
    assertThat(watch.closed.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(watch.caller.call().ended()).isTrue();
  }

  @Test
  void nothingIsPulledForAClientThatDoesNotRead() throws Exception {
    Heard<WatchRequest, WatchResponse> heard = new Heard<>(true);
    StreamObserver<WatchRequest> requests = WatchGrpc.newStub(fixture.channel()).watch(heard);
    ScriptedWatch watch = store.nextWatch();
    Event event =
        Event.newBuilder()
            .setKv(KeyValue.newBuilder().setValue(ByteString.copyFrom(new byte[100_000])))
            .build();
    Bytes run = Bytes.of(WatchResponse.newBuilder().addEvents(event).build().toByteArray());
    int messages = 200;
    for (int i = 0; i < messages; i++) {
      watch.messages.add(new WatchMessage.Events(ScriptedStore.HEADER, i, List.of(run), false));
    }

    watch.say(new WatchMessage.Progress(ScriptedStore.HEADER, -1));
    // A request is not read ahead of answers that are not taken, so its arrival tells nothing here;
    // a call on the same connection comes after what the stream could do.
    assertThat(
            KVGrpc.newBlockingStub(fixture.channel())
                .range(RangeRequest.getDefaultInstance())
                .hasHeader())
        .isTrue();

    assertThat(watch.messages).hasSizeGreaterThan(messages / 2);
    heard.request(messages + 1);
    for (int i = 0; i < messages; i++) {
      assertThat(heard.next().getWatchId()).isEqualTo(i);
    }
    assertThat(heard.next().getWatchId()).isEqualTo(-1);
    requests.onCompleted();
  }

  @Test
  void watchThatTheStoreRefusesEndsWithItsReason() throws Exception {
    store.watchRefusal = new StoreException(new Reason.NoLeader());
    Heard<WatchRequest, WatchResponse> heard = new Heard<>(false);

    StreamObserver<WatchRequest> requests = WatchGrpc.newStub(fixture.channel()).watch(heard);
    requests.onNext(WatchRequest.getDefaultInstance());

    assertThat(heard.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(heard.end().getDescription()).isEqualTo("etcdserver: no leader");
  }

  /** Clients go on elsewhere after UNAVAILABLE, and give up after anything else. */
  @Test
  void drainSendsWatchesToAnotherMember() throws Exception {
    Heard<WatchRequest, WatchResponse> heard = new Heard<>(false);
    StreamObserver<WatchRequest> requests = WatchGrpc.newStub(fixture.channel()).watch(heard);
    ScriptedWatch watch = store.nextWatch();

    fixture.transport().drain(10_000);

    assertThat(heard.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(heard.end().getDescription()).isEqualTo("etcdserver: server stopped");
    assertThat(watch.closed.get(10, TimeUnit.SECONDS)).isTrue();
    requests.onCompleted();
  }

  /** The store may have news and answers for calls that have gone with the transport. */
  @Test
  void storeMayGoOnAfterTheTransportHasStopped() throws Exception {
    CompletableFuture<KeptAlive> late = new CompletableFuture<>();
    store.keepAlive = (caller, id) -> late;
    Heard<WatchRequest, WatchResponse> heard = new Heard<>(false);
    StreamObserver<WatchRequest> watchRequests = WatchGrpc.newStub(fixture.channel()).watch(heard);
    ScriptedWatch watch = store.nextWatch();
    StreamObserver<LeaseKeepAliveRequest> renewals =
        LeaseGrpc.newStub(fixture.channel()).leaseKeepAlive(new Heard<>(false));
    renewals.onNext(LeaseKeepAliveRequest.getDefaultInstance());
    var _ = store.nextAsked();

    fixture.transport().stop();
    watch.say(new WatchMessage.Progress(ScriptedStore.HEADER, -1));
    late.complete(new KeptAlive(ScriptedStore.HEADER, 1, 1));

    assertThat(watch.closed.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(heard.end().isOk()).isFalse();
    watchRequests.onCompleted();
  }

  @Test
  void streamOfRenewalsEndsWhenTheStoreHasLostTheLeaderForLong() throws Exception {
    Heard<LeaseKeepAliveRequest, LeaseKeepAliveResponse> heard = new Heard<>(false);
    StreamObserver<LeaseKeepAliveRequest> requests =
        LeaseGrpc.newStub(fixture.channel()).leaseKeepAlive(heard);
    requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(7).build());
    assertThat(heard.next().getID()).isEqualTo(7);

    store.endOfRenewals.accept(new Reason.NoLeader());

    assertThat(heard.end().getDescription()).isEqualTo("etcdserver: no leader");
    requests.onCompleted();
  }

  @Test
  void wakingFromManyThreadsLosesNothing() throws Exception {
    Heard<WatchRequest, WatchResponse> heard = new Heard<>(false);
    StreamObserver<WatchRequest> requests = WatchGrpc.newStub(fixture.channel()).watch(heard);
    ScriptedWatch watch = store.nextWatch();
    int threads = 4;
    int each = 2_000;

    List<Thread> speakers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      speakers.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < each; i++) {
                  watch.say(new WatchMessage.Progress(ScriptedStore.HEADER, -1));
                }
              }));
    }
    for (Thread speaker : speakers) {
      speaker.join();
    }

    for (int i = 0; i < threads * each; i++) {
      assertThat(heard.next().getWatchId()).isEqualTo(-1);
    }
    assertThat(watch.messages).isEmpty();
    requests.onCompleted();
  }

  @Test
  void renewalsAreAnsweredInOrderWhateverTheStoreDoes() throws Exception {
    List<CompletableFuture<KeptAlive>> pending = new ArrayList<>();
    store.keepAlive =
        (caller, id) -> {
          if (id % 2 == 0) {
            return ScriptedStore.done(new KeptAlive(ScriptedStore.HEADER, id, 10));
          }
          CompletableFuture<KeptAlive> later = new CompletableFuture<>();
          synchronized (pending) {
            pending.add(later);
          }
          return later;
        };
    Heard<LeaseKeepAliveRequest, LeaseKeepAliveResponse> heard = new Heard<>(false);
    StreamObserver<LeaseKeepAliveRequest> requests =
        LeaseGrpc.newStub(fixture.channel()).leaseKeepAlive(heard);

    for (long id = 1; id <= 4; id++) {
      requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(id).build());
    }
    requests.onCompleted();
    for (long id = 1; id <= 4; id++) {
      assertThat(store.nextAsked().request()).isEqualTo(id);
      if (id % 2 == 1) {
        synchronized (pending) {
          pending.removeFirst().complete(new KeptAlive(ScriptedStore.HEADER, id, 0));
        }
      }
      LeaseKeepAliveResponse answer = heard.next();
      assertThat(answer.getID()).isEqualTo(id);
      assertThat(answer.getTTL()).isEqualTo(id % 2 == 1 ? 0 : 10);
    }

    assertThat(heard.end()).isEqualTo(Status.OK);
  }

  @Test
  void refusedRenewalEndsTheStream() throws Exception {
    store.keepAlive =
        (caller, id) -> CompletableFuture.failedFuture(new StoreException(new Reason.NoLeader()));
    Heard<LeaseKeepAliveRequest, LeaseKeepAliveResponse> heard = new Heard<>(false);
    StreamObserver<LeaseKeepAliveRequest> requests =
        LeaseGrpc.newStub(fixture.channel()).leaseKeepAlive(heard);

    requests.onNext(LeaseKeepAliveRequest.getDefaultInstance());

    assertThat(heard.end().getDescription()).isEqualTo("etcdserver: no leader");
  }

  @Test
  void rangeStreamSendsAllPartsAndTheHeaderLast() throws InterruptedException {
    Bytes kv =
        KeyValueFormat.encode(
            new io.cairn.spi.store.KeyValue(Bytes.utf8("k"), 1, 1, 1, Bytes.utf8("v"), 0));
    RangeResult result = new RangeResult(ScriptedStore.HEADER, List.of(kv), false, 2);
    store.parts = List.of(new RangeStream.Part(result, false), new RangeStream.Part(result, true));

    Iterator<RangeStreamResponse> responses =
        KVGrpc.newBlockingStub(fixture.channel()).rangeStream(RangeRequest.getDefaultInstance());

    RangeStreamResponse first = responses.next();
    RangeStreamResponse last = responses.next();
    assertThat(responses.hasNext()).isFalse();
    assertThat(first.getRangeResponse().hasHeader()).isFalse();
    assertThat(first.getRangeResponse().getCount()).isZero();
    assertThat(last.getRangeResponse().getHeader().getRevision()).isEqualTo(9);
    assertThat(last.getRangeResponse().getCount()).isEqualTo(2);
    var _ = store.nextAsked();
    assertThat(store.nextAsked().request()).isEqualTo("closed");
  }

  @Test
  void snapshotSendsEveryChunkInOrder() {
    List<BackupStream.Chunk> chunks = new ArrayList<>();
    int count = 300;
    for (int i = 0; i < count; i++) {
      byte[] data = new byte[32_768];
      data[0] = (byte) i;
      chunks.add(new BackupStream.Chunk((count - i - 1L) * 32_768, Bytes.of(data), false));
    }
    chunks.add(new BackupStream.Chunk(0, Bytes.of(new byte[32]), true));
    store.chunks = chunks;

    List<SnapshotResponse> responses = new ArrayList<>();
    MaintenanceGrpc.newBlockingStub(fixture.channel())
        .snapshot(SnapshotRequest.getDefaultInstance())
        .forEachRemaining(responses::add);

    assertThat(responses).hasSize(count + 1);
    for (int i = 0; i < count; i++) {
      assertThat(responses.get(i).getBlob().byteAt(0)).isEqualTo((byte) i);
      assertThat(responses.get(i).getRemainingBytes()).isEqualTo((count - i - 1L) * 32_768);
      assertThat(responses.get(i).getVersion()).isEqualTo("3.7.0");
      assertThat(responses.get(i).hasHeader()).isFalse();
    }
    assertThat(responses.getLast().getBlob().size()).isEqualTo(32);
  }

  @Test
  void watcherOfHealthHearsThatTheServerDrains() throws Exception {
    Heard<HealthCheckRequest, HealthCheckResponse> heard = new Heard<>(false);
    HealthGrpc.newStub(fixture.channel()).watch(HealthCheckRequest.getDefaultInstance(), heard);

    assertThat(heard.next().getStatus()).isEqualTo(ServingStatus.SERVING);
    fixture.transport().drain(10_000);

    assertThat(heard.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(heard.end()).isEqualTo(Status.OK);
  }

  /** Stopping waits for all calls. */
  @Test
  void watcherOfAnUnknownServicesHealthIsSentAwayWhenTheServerDrains() throws Exception {
    Heard<HealthCheckRequest, HealthCheckResponse> heard = new Heard<>(false);
    HealthGrpc.newStub(fixture.channel())
        .watch(HealthCheckRequest.newBuilder().setService("x").build(), heard);

    assertThat(heard.next().getStatus()).isEqualTo(ServingStatus.SERVICE_UNKNOWN);
    fixture.transport().drain(10_000);

    assertThat(heard.end()).isEqualTo(Status.OK);
  }
}
