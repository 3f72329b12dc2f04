// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.CompactionRequest;
import io.cairn.apiprotos.etcdserverpb.Compare;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeRequest;
import io.cairn.apiprotos.etcdserverpb.KVGrpc;
import io.cairn.apiprotos.etcdserverpb.LeaseGrantRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseGrpc;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.RequestOp;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.cairn.apiprotos.etcdserverpb.WatchCreateRequest;
import io.cairn.apiprotos.etcdserverpb.WatchGrpc;
import io.cairn.apiprotos.etcdserverpb.WatchRequest;
import io.cairn.apiprotos.etcdserverpb.WatchResponse;
import io.cairn.distribution.config.ServerConfig;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Runs servers through one of everything that clients ask most, over real connections: a cluster,
 * and a lone member, which is stopped and started again with what it has stored. The build does
 * this once and lets the JVM write down what it loaded and learned, so that servers start with that
 * (JEP 514, JEP 515).
 */
final class Rehearsal {
  private static final int ROUNDS = 6;
  private static final int REQUESTS_PER_ROUND = 4_000;
  private static final int KEYS = 1_000;

  /**
   * So many that recovery runs long enough to be worth the compiler's attention, and that the value
   * cache cannot hold them all.
   */
  private static final int STORED_KEYS = 160_000;

  private static final int KEYS_PER_TXN = 128;
  private static final int RESTARTS = 2;
  private static final int PAGES = 400;
  private static final int KEYS_PER_PAGE = 500;
  private static final int IN_FLIGHT = 16;
  private static final long SECONDS_MAX = 60;

  private Rehearsal() {}

  /**
   * Runs a cluster, then a lone member that is stopped and started again.
   *
   * @param servers makes a server for a configuration, not started
   */
  static void run(ServerConfig config, Function<ServerConfig, Server> servers) throws Exception {
    ClusterRehearsal.run(config, servers);
    serve(
        servers.apply(config),
        channel -> {
          CompletableFuture<WatchResponse> event = watch(channel);
          for (int round = 0; round < ROUNDS; round++) {
            requests(channel);
          }
          event.get(SECONDS_MAX, TimeUnit.SECONDS);
          fill(channel);
          compact(channel);
        });
    for (int i = 0; i < RESTARTS; i++) {
      serve(servers.apply(config), Rehearsal::pages);
    }
  }

  /** What clients do while a server runs. */
  private interface Clients {
    void run(ManagedChannel channel) throws Exception;
  }

  private static void serve(Server server, Clients clients) throws Exception {
    InetSocketAddress address = server.start(new CompletableFuture<>()).getFirst();
    ManagedChannel channel = connect(address);
    try {
      clients.run(channel);
    } finally {
      disconnect(channel);
      server.stop();
    }
  }

  /** A client's connection. */
  static ManagedChannel connect(InetSocketAddress address) {
    return NettyChannelBuilder.forAddress("127.0.0.1", address.getPort())
        .usePlaintext()
        .directExecutor()
        .build();
  }

  /** Ends a client's connection. */
  static void disconnect(ManagedChannel channel) throws InterruptedException {
    channel.shutdownNow();
    channel.awaitTermination(SECONDS_MAX, TimeUnit.SECONDS);
  }

  private static CompletableFuture<WatchResponse> watch(ManagedChannel channel) {
    CompletableFuture<WatchResponse> event = new CompletableFuture<>();
    StreamObserver<WatchRequest> requests =
        WatchGrpc.newStub(channel)
            .watch(
                new StreamObserver<>() {
                  @Override
                  public void onNext(WatchResponse response) {
                    if (response.getEventsCount() > 0) {
                      event.complete(response);
                    }
                  }

                  @Override
                  public void onError(Throwable failure) {
                    event.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    event.completeExceptionally(new IllegalStateException("the watch ended"));
                  }
                });
    ByteString everything = ByteString.copyFrom(new byte[1]);
    requests.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder().setKey(everything).setRangeEnd(everything))
            .build());
    return event;
  }

  private static void requests(ManagedChannel channel) throws Exception {
    KVGrpc.KVFutureStub kv = KVGrpc.newFutureStub(channel);
    ByteString value = ByteString.copyFrom(new byte[256]);
    List<Future<?>> answers = new ArrayList<>();
    for (int i = 0; i < REQUESTS_PER_ROUND; i++) {
      ByteString key = ByteString.copyFromUtf8("%08d".formatted(i % KEYS));
      PutRequest put = PutRequest.newBuilder().setKey(key).setValue(value).build();
      answers.add(
          switch (i % 8) {
            case 0, 1, 2, 3 -> kv.put(put);
            case 4 -> kv.range(RangeRequest.newBuilder().setKey(key).build());
            case 5 -> kv.range(range(key, 100));
            case 6 -> kv.txn(compareAndSwap(key, put));
            default ->
                i % 100 == 7
                    ? kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(key).build())
                    : kv.put(put);
          });
    }
    for (Future<?> answer : answers) {
      answer.get(SECONDS_MAX, TimeUnit.SECONDS);
    }
    LeaseGrpc.newFutureStub(channel)
        .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build())
        .get(SECONDS_MAX, TimeUnit.SECONDS);
  }

  private static void fill(ManagedChannel channel) throws Exception {
    KVGrpc.KVFutureStub kv = KVGrpc.newFutureStub(channel);
    ByteString value = ByteString.copyFrom(new byte[256]);
    Random random = new Random(1);
    Deque<Future<?>> answers = new ArrayDeque<>();
    for (int i = 0; i < STORED_KEYS; i += KEYS_PER_TXN) {
      TxnRequest.Builder txn = TxnRequest.newBuilder();
      for (int j = 0; j < KEYS_PER_TXN; j++) {
        PutRequest.Builder put = PutRequest.newBuilder().setKey(storedKey(random)).setValue(value);
        txn.addSuccess(RequestOp.newBuilder().setRequestPut(put));
      }
      await(answers, IN_FLIGHT);
      answers.add(kv.txn(txn.build()));
    }
    await(answers, 1);
  }

  private static void compact(ManagedChannel channel) throws Exception {
    KVGrpc.KVFutureStub kv = KVGrpc.newFutureStub(channel);
    long revision =
        kv.range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("any")).build())
            .get(SECONDS_MAX, TimeUnit.SECONDS)
            .getHeader()
            .getRevision();
    kv.compact(CompactionRequest.newBuilder().setRevision(revision).setPhysical(true).build())
        .get(SECONDS_MAX, TimeUnit.SECONDS);
  }

  private static void pages(ManagedChannel channel) throws Exception {
    KVGrpc.KVFutureStub kv = KVGrpc.newFutureStub(channel);
    Random random = new Random(2);
    Deque<Future<?>> answers = new ArrayDeque<>();
    for (int i = 0; i < PAGES; i++) {
      await(answers, IN_FLIGHT);
      answers.add(kv.range(range(storedKey(random), KEYS_PER_PAGE)));
    }
    await(answers, 1);
  }

  private static ByteString storedKey(Random random) {
    return ByteString.copyFromUtf8("stored/%016x".formatted(random.nextLong()));
  }

  /** Waits until there are less than {@code limit}. */
  static void await(Deque<Future<?>> answers, int limit) throws Exception {
    while (answers.size() >= limit) {
      answers.remove().get(SECONDS_MAX, TimeUnit.SECONDS);
    }
  }

  private static RangeRequest range(ByteString from, long limit) {
    return RangeRequest.newBuilder()
        .setKey(from)
        .setRangeEnd(ByteString.copyFrom(new byte[1]))
        .setLimit(limit)
        .build();
  }

  private static TxnRequest compareAndSwap(ByteString key, PutRequest put) {
    return TxnRequest.newBuilder()
        .addCompare(
            Compare.newBuilder()
                .setResult(Compare.CompareResult.GREATER)
                .setTarget(Compare.CompareTarget.VERSION)
                .setKey(key)
                .setVersion(0))
        .addSuccess(RequestOp.newBuilder().setRequestPut(put))
        .addFailure(
            RequestOp.newBuilder().setRequestRange(RangeRequest.newBuilder().setKey(key).build()))
        .build();
  }
}
