// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import io.cairn.apiprotos.etcdserverpb.ClusterGrpc;
import io.cairn.apiprotos.etcdserverpb.KVGrpc;
import io.cairn.apiprotos.etcdserverpb.LeaseGrpc;
import io.cairn.apiprotos.etcdserverpb.MaintenanceGrpc;
import io.cairn.apiprotos.etcdserverpb.WatchGrpc;
import io.cairn.conformancetests.protocol.RawMessages;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.util.concurrent.TimeUnit;

/** A bare connection to a server, for requests that client libraries would not send. */
public final class GrpcClient implements AutoCloseable {
  private static final long SECONDS_MAX = 120;

  private final ManagedChannel channel;

  GrpcClient(int port) {
    this("127.0.0.1", port);
  }

  /** Connects when it is first used. */
  public GrpcClient(String host, int port) {
    this.channel =
        NettyChannelBuilder.forAddress(host, port)
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
  }

  /** Tries again at the next request even if the server could not be reached a moment ago. */
  public void reconnect() {
    channel.resetConnectBackoff();
  }

  public KVGrpc.KVBlockingStub kv() {
    return kv(TimeUnit.SECONDS.toMillis(SECONDS_MAX));
  }

  /** The same with less patience. */
  public KVGrpc.KVBlockingStub kv(long millisMax) {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(millisMax, TimeUnit.MILLISECONDS);
  }

  /** For many requests at a time, without a deadline. */
  public KVGrpc.KVFutureStub kvFuture() {
    return KVGrpc.newFutureStub(channel);
  }

  public WatchGrpc.WatchStub watch() {
    return WatchGrpc.newStub(channel);
  }

  public ClusterGrpc.ClusterBlockingStub cluster() {
    return ClusterGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS_MAX, TimeUnit.SECONDS);
  }

  public LeaseGrpc.LeaseBlockingStub lease() {
    return LeaseGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS_MAX, TimeUnit.SECONDS);
  }

  public LeaseGrpc.LeaseStub leaseStreams() {
    return LeaseGrpc.newStub(channel).withDeadlineAfter(SECONDS_MAX, TimeUnit.SECONDS);
  }

  public MaintenanceGrpc.MaintenanceBlockingStub maintenance() {
    return maintenance(TimeUnit.SECONDS.toMillis(SECONDS_MAX));
  }

  /** The same with less patience. */
  public MaintenanceGrpc.MaintenanceBlockingStub maintenance(long millisMax) {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(millisMax, TimeUnit.MILLISECONDS);
  }

  /** Calls {@code method}, such as {@code etcdserverpb.KV/Put}, with whatever bytes. */
  byte[] call(String method, byte[] request) {
    return ClientCalls.blockingUnaryCall(
        channel,
        RawMessages.unary(method),
        CallOptions.DEFAULT.withDeadlineAfter(SECONDS_MAX, TimeUnit.SECONDS),
        request);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
