// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import io.cairn.spi.environment.EventLog;
import io.cairn.spi.network.PeerNetwork.Channel;
import io.cairn.spi.store.Bytes;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The addresses on which other members connect. Before it is told who accepts, everybody hears that
 * the member is starting.
 */
final class PeerListener {
  private static final int FLOW_CONTROL_BYTES = 4 * 1024 * 1024;
  private static final int METADATA_BYTES_MAX = 16 * 1024;
  private static final int BACKLOG = 128;

  /** A member needs one call per connection. */
  private static final int CALLS_PER_CONNECTION = 8;

  /**
   * How often calls of a connection may be cut off. A call that this member ends may have 4 MiB
   * under way, and each frame of them is answered so.
   */
  private static final int RESETS_MAX = 1000;

  private static final int RESETS_SECONDS = 10;

  private static final long HANDSHAKE_SECONDS = 5;
  private static final long IDLE_SECONDS = 60;
  private static final long KEEP_ALIVE_SECONDS = 10;
  private static final long KEEP_ALIVE_TIMEOUT_SECONDS = 5;
  private static final long PERMITTED_PING_SECONDS = 5;

  private final NetworkLoop loop;
  private final PeerNetworkOptions options;
  private final Callbacks callbacks;
  private final EventLog log;

  // Both guarded by this, so that a stop during the start leaves nothing bound.
  private final List<Server> servers = new ArrayList<>();
  private boolean isStopped;

  // Written once by whoever starts the network, read by the loop.
  private volatile @Nullable Acceptor acceptor;

  PeerListener(NetworkLoop loop, PeerNetworkOptions options, Callbacks callbacks, EventLog log) {
    this.loop = loop;
    this.options = options;
    this.callbacks = callbacks;
    this.log = log;
  }

  /**
   * Binds {@code addresses}.
   *
   * @return what was bound, with the ports that were given where 0 was asked for
   * @throws IOException naming the address that cannot be bound; none is bound then
   */
  synchronized List<InetSocketAddress> bind(List<InetSocketAddress> addresses) throws IOException {
    if (isStopped) {
      throw new IOException("the peer network has been stopped");
    }
    ServerServiceDefinition service = service();
    PeerPort port = new PeerPort(log);
    List<InetSocketAddress> bound = new ArrayList<>();
    for (InetSocketAddress address : addresses) {
      try {
        Server server = open(address, service, port);
        servers.add(server);
        bound.add(new InetSocketAddress(address.getAddress(), server.getPort()));
      } catch (IOException e) {
        stop();
        throw new IOException("listen tcp " + NetUtil.toSocketAddressString(address), e);
      }
    }
    return List.copyOf(bound);
  }

  private Server open(InetSocketAddress address, ServerServiceDefinition service, PeerPort port)
      throws IOException {
    return NettyServerBuilder.forAddress(address)
        .bossEventLoopGroup(loop.group())
        .workerEventLoopGroup(loop.group())
        .channelType(loop.serverType())
        .withOption(ChannelOption.SO_BACKLOG, BACKLOG)
        .withChildOption(ChannelOption.TCP_NODELAY, true)
        .protocolNegotiator(port)
        .directExecutor()
        .addService(service)
        .flowControlWindow(FLOW_CONTROL_BYTES)
        .maxInboundMetadataSize(METADATA_BYTES_MAX)
        .maxInboundMessageSize(options.messageBytesMax() + Batch.BYTES_MAX)
        .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION)
        .maxRstFramesPerWindow(RESETS_MAX, RESETS_SECONDS)
        .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
        .maxConnectionIdle(IDLE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .permitKeepAliveTime(PERMITTED_PING_SECONDS, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true)
        .build()
        .start();
  }

  private ServerServiceDefinition service() {
    ServerServiceDefinition.Builder service =
        ServerServiceDefinition.builder(PeerMethods.SERVICE)
            .addMethod(PeerMethods.DESCRIBE, this::describe);
    for (Channel channel : Channel.values()) {
      ServerCallHandler<Batch, Batch> streams = (call, headers) -> accept(channel, call, headers);
      service.addMethod(PeerMethods.of(channel), streams);
    }
    return service.build();
  }

  private ServerCall.Listener<Batch> accept(
      Channel channel, ServerCall<Batch, Batch> call, Metadata headers) {
    Acceptor present = acceptor;
    try {
      return present == null ? Acceptor.notReady(call) : present.accept(channel, call, headers);
    } catch (Error e) {
      throw loop.fail(e);
    }
  }

  /** Answers without reading the question, which is always the same. */
  private ServerCall.Listener<Batch> describe(ServerCall<Batch, Batch> call, Metadata headers) {
    if (acceptor == null) {
      return Acceptor.notReady(call);
    }
    Bytes description = callbacks.description.get();
    call.sendHeaders(new Metadata());
    call.sendMessage(Batch.of(Frame.message(description)));
    call.close(Status.OK, new Metadata());
    return new Acceptor.Ignoring();
  }

  /** Lets members in from now on. */
  void accept(Acceptor present) {
    acceptor = present;
  }

  /** Frees the addresses and begins to end all connections; they are gone once the loop ends. */
  synchronized void stop() {
    isStopped = true;
    servers.forEach(Server::shutdownNow);
  }
}
