// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import io.cairn.apiprotos.etcdserverpb.AuthGrpc;
import io.cairn.apiprotos.etcdserverpb.ClusterGrpc;
import io.cairn.apiprotos.etcdserverpb.KVGrpc;
import io.cairn.apiprotos.etcdserverpb.LeaseGrpc;
import io.cairn.apiprotos.etcdserverpb.MaintenanceGrpc;
import io.cairn.apiprotos.etcdserverpb.WatchGrpc;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.ClientCalls;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/** A connection to one member of the cluster under test. Threads: any. */
final class Endpoint implements AutoCloseable {
  /** How long a request may take: much longer than it ever does, even on a loaded machine. */
  private static final long CALL_SECONDS_MAX = 30;

  private final ManagedChannel channel;

  private Endpoint(ManagedChannel channel) {
    this.channel = channel;
  }

  /**
   * Connects when it is first used.
   *
   * @param url as {@code http://127.0.0.1:2379}, or {@code 127.0.0.1:2379}
   */
  static Endpoint at(String url) {
    URI uri = URI.create(url.contains("://") ? url : "http://" + url);
    if (!"http".equals(uri.getScheme()) || uri.getHost() == null || uri.getPort() < 0) {
      throw new IllegalArgumentException(
          "an endpoint is http://host:port, not '" + url + "' (TLS is not offered yet)");
    }
    return new Endpoint(
        NettyChannelBuilder.forAddress(uri.getHost(), uri.getPort())
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build());
  }

  KVGrpc.KVBlockingStub kv() {
    return limited(KVGrpc.newBlockingStub(channel));
  }

  /** For many requests at a time. */
  KVGrpc.KVFutureStub kvFuture() {
    return limited(KVGrpc.newFutureStub(channel));
  }

  WatchGrpc.WatchStub watch() {
    return WatchGrpc.newStub(channel);
  }

  LeaseGrpc.LeaseBlockingStub lease() {
    return limited(LeaseGrpc.newBlockingStub(channel));
  }

  LeaseGrpc.LeaseStub leaseStreams() {
    return LeaseGrpc.newStub(channel);
  }

  ClusterGrpc.ClusterBlockingStub cluster() {
    return limited(ClusterGrpc.newBlockingStub(channel));
  }

  MaintenanceGrpc.MaintenanceBlockingStub maintenance() {
    return limited(MaintenanceGrpc.newBlockingStub(channel));
  }

  AuthGrpc.AuthBlockingStub auth() {
    return limited(AuthGrpc.newBlockingStub(channel));
  }

  /** Calls {@code method}, such as {@code etcdserverpb.KV/Put}, with whatever bytes. */
  byte[] call(String method, byte[] request) {
    return ClientCalls.blockingUnaryCall(
        channel,
        RawMessages.unary(method),
        CallOptions.DEFAULT.withDeadlineAfter(CALL_SECONDS_MAX, TimeUnit.SECONDS),
        request);
  }

  private static <S extends AbstractStub<S>> S limited(S stub) {
    return stub.withDeadlineAfter(CALL_SECONDS_MAX, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
