// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import io.grpc.Attributes;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;

/** Makes connections to other members. */
final class Dialer {
  /** How much may be under way before the other side must say that it has taken it. */
  private static final int FLOW_CONTROL_BYTES = 4 * 1024 * 1024;

  private static final int METADATA_BYTES_MAX = 16 * 1024;

  // Only a second line for connections that carry nothing: links ping by themselves, and sooner.
  private static final long KEEP_ALIVE_SECONDS = 10;
  private static final long KEEP_ALIVE_TIMEOUT_SECONDS = 5;

  private final NetworkLoop loop;
  private final PeerNetworkOptions options;

  Dialer(NetworkLoop loop, PeerNetworkOptions options) {
    this.loop = loop;
    this.options = options;
  }

  /**
   * A connection of its own, made when a first call needs it. It is for one attempt: who makes
   * attempts decides when, so gRPC's own retries never come to pass.
   */
  ManagedChannel dial(PeerUrl url) {
    InetSocketAddress literal = url.literal();
    NettyChannelBuilder builder =
        literal != null
            ? NettyChannelBuilder.forAddress(literal)
            : NettyChannelBuilder.forAddress(url.host(), url.port());
    builder
        .usePlaintext()
        .eventLoopGroup(loop.group())
        .channelType(loop.clientType(), InetSocketAddress.class)
        .withOption(ChannelOption.TCP_NODELAY, true)
        .withOption(
            ChannelOption.CONNECT_TIMEOUT_MILLIS,
            (int) Math.min(Integer.MAX_VALUE, options.silenceMillis()))
        .executor(loop.callbacks())
        .flowControlWindow(FLOW_CONTROL_BYTES)
        .maxInboundMetadataSize(METADATA_BYTES_MAX)
        .maxInboundMessageSize(options.messageBytesMax() + Batch.BYTES_MAX)
        .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
        // Members talk to each other without detours, whatever the machine's settings say.
        .proxyDetector(address -> null)
        .disableServiceConfigLookUp()
        .disableRetry()
        .maxTraceEvents(0);
    InetAddress local = options.localAddress();
    if (local != null) {
      builder.localSocketPicker(new From(local));
    }
    return builder.build();
  }

  /** Binds connections to one of the machine's addresses. */
  private static final class From extends NettyChannelBuilder.LocalSocketPicker {
    private final InetSocketAddress address;

    From(InetAddress address) {
      this.address = new InetSocketAddress(address, 0);
    }

    @Override
    public SocketAddress createSocketAddress(SocketAddress remote, Attributes attributes) {
      return address;
    }
  }
}
