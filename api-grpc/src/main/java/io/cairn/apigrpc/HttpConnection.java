// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.spi.environment.OnLane;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connection as HTTP/2 knows it, beneath gRPC.
 *
 * <p>gRPC takes a message whole: all of it is in buffers before the first byte leaves. So long
 * messages are written here, part by part as the client reads, on the stream of their call. HTTP/2
 * keeps the order: gRPC's headers before, its trailers behind, and flow control over all.
 */
@OnLane("event loop of the connection")
final class HttpConnection extends Http2ConnectionAdapter {

  /** The connection on which a stream was opened last, on the loop that asks. */
  private static final FastThreadLocal<HttpConnection> LATEST = new FastThreadLocal<>();

  private final GrpcHttp2ConnectionHandler http2;
  private final RequestIntake intake;
  private @Nullable Channel channel;
  private @Nullable Http2Stream newest;

  private HttpConnection(GrpcHttp2ConnectionHandler http2) {
    this.http2 = http2;
    this.intake = RequestIntake.of(http2);
    http2.connection().addListener(this);
  }

  /** Negotiates as {@code negotiator} does, for connections whose calls find their streams. */
  static InternalProtocolNegotiator.ProtocolNegotiator under(
      InternalProtocolNegotiator.ProtocolNegotiator negotiator) {
    return new InternalProtocolNegotiator.ProtocolNegotiator() {
      @Override
      public AsciiString scheme() {
        return negotiator.scheme();
      }

      @Override
      public ChannelHandler newHandler(GrpcHttp2ConnectionHandler http2) {
        HttpConnection connection = new HttpConnection(http2);
        return new ChannelInboundHandlerAdapter() {
          @Override
          public void handlerAdded(ChannelHandlerContext context) {
            connection.channel = context.channel();
            context.pipeline().replace(this, null, negotiator.newHandler(http2));
          }
        };
      }

      @Override
      public void close() {
        negotiator.close();
      }
    };
  }

  @Override
  public void onStreamActive(Http2Stream stream) {
    newest = stream;
    LATEST.set(this);
  }

  @Override
  public void onStreamClosed(Http2Stream stream) {
    intake.closed(stream);
  }

  /**
   * The stream of the call that begins now: gRPC begins it while the headers that open the stream
   * are being read.
   */
  static Stream ofCallThatBegins() {
    HttpConnection connection = latest();
    return connection
    .new Stream(
        Objects.requireNonNull(connection.channel), Objects.requireNonNull(connection.newest));
  }

  /** The stream that begins now is that of {@code call}. */
  static void began(LoopCall call) {
    HttpConnection connection = latest();
    connection.intake.began(Objects.requireNonNull(connection.newest), call);
  }

  private static HttpConnection latest() {
    HttpConnection connection = LATEST.get();
    if (connection == null) {
      throw new IllegalStateException("calls begin on an event loop of this transport");
    }
    return connection;
  }

  /** The stream of a call. */
  final class Stream {
    private final Channel channel;
    private final Http2Stream stream;

    private Stream(Channel channel, Http2Stream stream) {
      this.channel = channel;
      this.stream = stream;
    }

    /** Where buffers for {@link #write} come from. */
    ByteBufAllocator allocator() {
      return channel.alloc();
    }

    /**
     * Writes bytes of the answer as the client takes them, after the headers, which gRPC has
     * written.
     *
     * @return done when all have been handed to the operating system; fails when the stream ends
     */
    ChannelFuture write(ByteBuf bytes) {
      if (!stream.isHeadersSent()) {
        bytes.release();
        throw new IllegalStateException("an answer begins with its headers");
      }
      ChannelFuture written =
          http2.encoder().writeData(context(), stream.id(), bytes, 0, false, channel.newPromise());
      channel.flush();
      return written;
    }

    /** Ends the stream at once, whatever has not been taken: the client asks for too much. */
    void cutOff() {
      var _ =
          http2.resetStream(
              context(), stream.id(), Http2Error.ENHANCE_YOUR_CALM.code(), channel.newPromise());
      channel.flush();
    }

    private ChannelHandlerContext context() {
      return channel.pipeline().context(http2);
    }
  }
}
