// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.spi.transport.TransportOptions;
import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One address on which clients connect.
 *
 * <p>What a connection speaks is decided in {@link #protocols}, before gRPC sees a byte: that is
 * the place for TLS, and for telling HTTP/1.1 from HTTP/2 by the first bytes when plain HTTP is to
 * be served on the same address. At present every connection speaks HTTP/2 without TLS.
 */
final class ClientListener {

  /** All headers of a call together; tokens can be long. */
  private static final int METADATA_BYTES_MAX = 64 * 1024;

  private static final int BACKLOG = 1024;

  /**
   * Compressed requests are understood, but that is not said: it would be a header in every answer.
   */
  private static final DecompressorRegistry DECOMPRESSORS =
      DecompressorRegistry.emptyInstance()
          .with(Codec.Identity.NONE, false)
          .with(new Codec.Gzip(), false);

  private ClientListener() {}

  /**
   * Binds {@code address} and serves {@code services} there.
   *
   * @throws IOException if the address cannot be bound
   */
  static Server open(
      InetSocketAddress address,
      List<ServerServiceDefinition> services,
      TransportOptions options,
      int messageBytesMax,
      EventLoops loops)
      throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .bossEventLoopGroup(loops.acceptors())
            .workerEventLoopGroup(loops.workers())
            .channelType(loops.channelType())
            .withOption(ChannelOption.SO_BACKLOG, BACKLOG)
            .protocolNegotiator(protocols())
            .directExecutor()
            .decompressorRegistry(DECOMPRESSORS)
            .addServices(services)
            .fallbackHandlerRegistry(new UnknownMethods(services))
            .flowControlWindow(RequestIntake.STREAM_WINDOW_BYTES)
            .maxInboundMetadataSize(METADATA_BYTES_MAX)
            // gRPC would refuse with a text of its own; calls refuse with etcd's. So gRPC lets
            // somewhat more through, and bounds what is never read into memory at all.
            .maxInboundMessageSize((int) Math.min(2L * messageBytesMax, Integer.MAX_VALUE))
            .maxConcurrentCallsPerConnection(
                Math.clamp(options.concurrentStreamsMax(), 1, Integer.MAX_VALUE))
            .permitKeepAliveTime(options.keepAliveMinMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveWithoutCalls(false);
    if (options.keepAliveIntervalMillis() > 0) {
      builder
          .keepAliveTime(options.keepAliveIntervalMillis(), TimeUnit.MILLISECONDS)
          .keepAliveTimeout(options.keepAliveTimeoutMillis(), TimeUnit.MILLISECONDS);
    } else {
      builder.keepAliveTime(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    }
    return builder.build().start();
  }

  private static InternalProtocolNegotiator.ProtocolNegotiator protocols() {
    return HttpConnection.under(InternalProtocolNegotiators.serverPlaintext());
  }
}
