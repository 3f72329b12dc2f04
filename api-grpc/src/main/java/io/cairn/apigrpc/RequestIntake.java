// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests of a connection in: small ones at once, large ones when the {@link RequestRoom} has
 * a place for them.
 *
 * <p>How large a request is stands before it: gRPC puts five bytes in front of each message, a mark
 * and a length. Until a large one has its place, what has come of it is kept from gRPC and stays in
 * the buffers in which it was read; and since nobody consumes it, HTTP/2 keeps the client from
 * sending more than {@link #STREAM_WINDOW_BYTES}. Then the client may send all of it. Other calls
 * of the same connection go on meanwhile, since the connection's own window is refilled at once.
 */
@OnLane("event loop of the connection")
final class RequestIntake extends Http2FrameListenerDecorator {

  /** What a client may send on a call without being asked: what is small fits. */
  static final int STREAM_WINDOW_BYTES = RequestRoom.SMALL_BYTES + 1024;

  /** What a client may have under way on all calls of a connection. */
  private static final int CONNECTION_WINDOW_BYTES = 4 * 1024 * 1024;

  private static final int PREFIX_BYTES = 5;

  /** What a byte may become at most when it is decompressed. */
  private static final int INFLATION_MAX = 1032;

  private final GrpcHttp2ConnectionHandler http2;
  private final Http2Connection.PropertyKey callKey;
  private final Http2Connection.PropertyKey arrivalKey;
  private boolean open;

  private RequestIntake(GrpcHttp2ConnectionHandler http2, Http2FrameListener grpc) {
    super(grpc);
    this.http2 = http2;
    this.callKey = http2.connection().newKey();
    this.arrivalKey = http2.connection().newKey();
  }

  /** Stands between a connection and gRPC. */
  static RequestIntake of(GrpcHttp2ConnectionHandler http2) {
    RequestIntake intake = new RequestIntake(http2, http2.decoder().frameListener());
    http2.decoder().frameListener(intake);
    return intake;
  }

  /** {@code call} is what {@code stream} is about. */
  void began(Http2Stream stream, LoopCall call) {
    stream.setProperty(callKey, call);
  }

  /** The stream has gone. */
  void closed(Http2Stream stream) {
    Arrival arrival = stream.getProperty(arrivalKey);
    if (arrival != null) {
      arrival.close();
    }
  }

  @Override
  public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings)
      throws Http2Exception {
    super.onSettingsRead(context, settings);
    if (!open) {
      open = true;
      flow()
          .incrementWindowSize(
              http2.connection().connectionStream(), CONNECTION_WINDOW_BYTES - STREAM_WINDOW_BYTES);
    }
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext context, int streamId, ByteBuf data, int padding, boolean last)
      throws Http2Exception {
    Http2Stream stream = http2.connection().stream(streamId);
    if (stream == null) {
      return super.onDataRead(context, streamId, data, padding, last);
    }
    Arrival arrival = stream.getProperty(arrivalKey);
    if (arrival == null) {
      LoopCall call = stream.getProperty(callKey);
      // Most requests are one frame, which is small.
      if (call == null || (last && data.readableBytes() <= RequestRoom.SMALL_BYTES)) {
        return super.onDataRead(context, streamId, data, padding, last);
      }
      arrival = new Arrival(context, stream, call);
      stream.setProperty(arrivalKey, arrival);
    }
    return arrival.read(new Part(data, padding, last));
  }

  private int pass(ChannelHandlerContext context, Http2Stream stream, Part part)
      throws Http2Exception {
    return super.onDataRead(context, stream.id(), part.data, part.padding, part.last);
  }

  private Http2LocalFlowController flow() {
    return http2.decoder().flowController();
  }

  /** A frame of data. */
  private record Part(ByteBuf data, int padding, boolean last) {}

  /** The requests of one call as they come. */
  private final class Arrival {
    private final ChannelHandlerContext context;
    private final Http2Stream stream;
    private final LoopCall call;

    /**
     * What has come of a request that waits, and behind it. Bounded by the window of the stream.
     */
    private final ArrayDeque<Part> held = new ArrayDeque<>();

    private int prefixBytes;
    private boolean compressed;
    private long length;

    /** What has yet to come of the message at hand. */
    private long missing;

    private long missingSeen;

    /** The place of a message of which a call may read several; else it is the call's own. */
    private RequestRoom.@Nullable Place passing;

    private boolean closed;

    private Arrival(ChannelHandlerContext context, Http2Stream stream, LoopCall call) {
      this.context = context;
      this.stream = stream;
      this.call = call;
    }

    /** Takes a frame; returns how many of its bytes nobody needs any more. */
    private int read(Part part) throws Http2Exception {
      if (held.isEmpty() && (call.isClosed() || mayPass(part.data))) {
        return passOn(part);
      }
      if (call.isClosed()) {
        return part.data.readableBytes() + part.padding;
      }
      part.data.retain();
      held.add(part);
      return 0;
    }

    private int passOn(Part part) throws Http2Exception {
      int consumed = pass(context, stream, part);
      if (missing == 0) {
        leave();
      }
      return consumed;
    }

    /** Whether no message begins in {@code data} that has to wait or has been refused. */
    private boolean mayPass(ByteBuf data) throws Http2Exception {
      boolean large = false;
      int at = data.readerIndex();
      int end = data.writerIndex();
      while (at < end) {
        if (missing > 0) {
          int here = (int) Math.min(missing, end - at);
          missing -= here;
          at += here;
          continue;
        }
        byte next = data.getByte(at++);
        if (prefixBytes == 0) {
          compressed = next != 0;
          length = 0;
        } else {
          length = length << 8 | (next & 0xff);
        }
        prefixBytes++;
        if (prefixBytes == PREFIX_BYTES) {
          prefixBytes = 0;
          missing = length;
          large |= bytesOnHeap() > RequestRoom.SMALL_BYTES;
        }
      }
      // A frame is smaller than what is large, so that there is one at most, and it is the last.
      return !large || enter();
    }

    private long bytesOnHeap() {
      return compressed ? Math.min(length * INFLATION_MAX, bytesMax()) : length;
    }

    /** Beyond that gRPC refuses a message without reading it. */
    private long bytesMax() {
      return 2L * call.environment.messageBytesMax();
    }

    /** Whether the message that begins has its place; otherwise it waits or has been refused. */
    private boolean enter() throws Http2Exception {
      if (length > bytesMax()) {
        return true;
      }
      leave();
      RequestRoom.Place mine =
          call.environment.requests().enter(bytesOnHeap(), () -> call.loop.execute(this::taken));
      if (mine == null) {
        call.fail(new StoreException(new Reason.TooManyRequests()));
        return false;
      }
      if (!call.hold(mine)) {
        passing = mine;
      }
      if (!mine.isTaken()) {
        return false;
      }
      askForRest();
      return true;
    }

    /** The message that waited has its place: its beginning is the first part that is held. */
    private void taken() {
      if (closed) {
        return;
      }
      try {
        askForRest();
        do {
          Part part = held.remove();
          try {
            flow().consumeBytes(stream, passOn(part));
          } finally {
            part.data.release();
          }
        } while (!closed && !held.isEmpty() && mayPass(held.element().data));
        if (call.isClosed()) {
          drop();
        }
      } catch (Http2Exception e) {
        http2.onError(context, false, e);
      }
      context.flush();
    }

    /** Lets the client send what is missing without waiting for us. */
    private void askForRest() throws Http2Exception {
      if (missing > 0) {
        flow().incrementWindowSize(stream, (int) Math.min(missing, Integer.MAX_VALUE));
        missingSeen = missing;
        watch();
      }
    }

    private void watch() {
      var _ =
          call.loop
              .loop()
              .schedule(
                  this::look, call.environment.requests().stalledMillis(), TimeUnit.MILLISECONDS);
    }

    /** A client that does not send what it has a place for must not keep it from others. */
    private void look() {
      if (closed || missing == 0) {
        return;
      }
      if (missing == missingSeen && call.environment.requests().isAwaited()) {
        var _ =
            http2.resetStream(
                context,
                stream.id(),
                Http2Error.ENHANCE_YOUR_CALM.code(),
                context.channel().newPromise());
        context.flush();
        return;
      }
      missingSeen = missing;
      watch();
    }

    private void leave() {
      RequestRoom.Place left = passing;
      if (left != null) {
        passing = null;
        left.giveBack();
      }
    }

    private void drop() {
      for (Part part = held.poll(); part != null; part = held.poll()) {
        part.data.release();
      }
    }

    private void close() {
      closed = true;
      drop();
      leave();
    }
  }
}
