// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.OnLane;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;

/**
 * Lets connections through to gRPC that speak its protocol, and not too many of them. gRPC itself
 * would close the others too, but without a line in the log by which their owner is found.
 */
@OnLane("peer-network")
final class PeerPort implements InternalProtocolNegotiator.ProtocolNegotiator {
  /** Three for each member of the largest sensible cluster, and again while they reconnect. */
  private static final int CONNECTIONS_MAX = 256;

  private final EventLog log;
  private final InternalProtocolNegotiator.ProtocolNegotiator plain =
      InternalProtocolNegotiators.serverPlaintext();
  private int connections;

  PeerPort(EventLog log) {
    this.log = log;
  }

  @Override
  public AsciiString scheme() {
    return plain.scheme();
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
    return new Guard(plain.newHandler(grpc));
  }

  @Override
  public void close() {
    plain.close();
  }

  private void reject(ChannelHandlerContext connection, String reason) {
    log.warn(
        "rejected connection on peer endpoint",
        field("remote-addr", String.valueOf(connection.channel().remoteAddress())),
        field("error", reason));
    // From here on towards the network: gRPC, behind, would want to take its leave first.
    var _ = connection.close();
  }

  /** Stands before gRPC until the first bytes have come. */
  private final class Guard extends ChannelInboundHandlerAdapter {
    private final ChannelHandler next;
    private final ByteBuf wanted = Http2CodecUtil.connectionPrefaceBuf();

    Guard(ChannelHandler next) {
      this.next = next;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      context.pipeline().addAfter(context.name(), null, next);
      connections++;
      var _ = context.channel().closeFuture().addListener(closed -> connections--);
      if (connections > CONNECTIONS_MAX) {
        reject(context, "there are " + CONNECTIONS_MAX + " connections already");
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof ByteBuf bytes && !begins(bytes)) {
        ReferenceCountUtil.release(message);
        reject(context, "it does not speak HTTP/2");
        return;
      }
      context.fireChannelRead(message);
      if (!wanted.isReadable() && !context.isRemoved()) {
        context.pipeline().remove(this);
      }
    }

    /** Whether {@code bytes} go on as a connection must begin; moves on by them. */
    private boolean begins(ByteBuf bytes) {
      int count = Math.min(wanted.readableBytes(), bytes.readableBytes());
      for (int i = 0; i < count; i++) {
        if (wanted.readByte() != bytes.getByte(bytes.readerIndex() + i)) {
          return false;
        }
      }
      return true;
    }
  }
}
