// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One HTTP/2 connection that does what a load of small gRPC calls needs, and no more (RFC 9113).
 *
 * <p>Both flow-control windows of what comes in are opened wide; those of what goes out are kept.
 * What is written is collected until {@link #flush}, so that requests which follow from one read
 * leave in one write. Belongs to one thread.
 */
final class HttpConnection implements AutoCloseable {
  /** Is told what comes in on a stream. */
  interface Receiver {
    /** A piece of a message stream; valid during the call. */
    void data(int stream, byte[] bytes, int from, int length);

    /** The call is over. May be said twice of a call that the server resets afterwards. */
    void ended(int stream, boolean succeeded);
  }

  private static final int FRAME_HEADER = 9;
  private static final int FRAME_BYTES_MAX = 16_384;
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  private static final int END_STREAM = 1;
  private static final int ACK = 1;
  private static final int END_HEADERS = 4;
  private static final int PADDED = 8;
  private static final int SETTING_HEADER_TABLE_SIZE = 1;
  private static final int SETTING_CALLS_MAX = 3;
  private static final int SETTING_INITIAL_WINDOW = 4;
  private static final int WINDOW = 1 << 30;
  private static final int BUFFER_BYTES = 1 << 18;

  private final SocketChannel channel;
  private final SelectionKey key;
  private final Receiver receiver;
  private final String authority;
  private final ByteBuffer in = ByteBuffer.allocate(BUFFER_BYTES);
  private final ResponseHeaders responses = new ResponseHeaders();
  // Bodies that do not fit into the peer's windows yet, by stream, in the order of the calls.
  private final Map<Integer, Body> waiting = new LinkedHashMap<>();
  private ByteBuffer out = ByteBuffer.allocate(BUFFER_BYTES);
  private int nextStream = 1;
  private long sendWindow = 65_535;
  private int initialStreamWindow = 65_535;
  private int callsMax = Integer.MAX_VALUE;
  private boolean ready;
  private int received;
  // What has come in on each call that stays open, since its window was last opened. Such calls are
  // the first of their connection, so half the stream's number is the index.
  private int[] receivedByOpenCall = new int[0];

  /** What is left of a request. */
  private static final class Body {
    private final byte[] bytes;
    private final boolean endsStream;
    private int from;
    private long window;

    Body(byte[] bytes, boolean endsStream, long window) {
      this.bytes = bytes;
      this.endsStream = endsStream;
      this.window = window;
    }
  }

  /** Connects, and leaves the preface to the first flush. */
  HttpConnection(InetSocketAddress address, Selector selector, Receiver receiver)
      throws IOException {
    this.receiver = receiver;
    this.authority = address.getHostString() + ":" + address.getPort();
    this.channel = SocketChannel.open(address);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
    this.key = channel.register(selector, SelectionKey.OP_READ, this);
    out.put("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    frame(12, SETTINGS, 0, 0);
    // Without a table, equal header blocks mean equal headers: what ResponseHeaders relies on.
    out.putShort((short) SETTING_HEADER_TABLE_SIZE).putInt(0);
    out.putShort((short) SETTING_INITIAL_WINDOW).putInt(WINDOW);
    frame(4, WINDOW_UPDATE, 0, 0);
    out.putInt(WINDOW);
  }

  /** The headers of a call to the method at {@code path}, to be given to {@link #call}. */
  byte[] headers(String path) {
    ByteBuffer block = ByteBuffer.allocate(512);
    block.put((byte) 0x83).put((byte) 0x86); // :method POST, :scheme http
    literal(block, 4, path);
    literal(block, 1, authority);
    literal(block, 31, "application/grpc"); // content-type
    block.put((byte) 0);
    text(block, "te");
    text(block, "trailers");
    return Arrays.copyOf(block.array(), block.position());
  }

  /** Whether the server has said what it allows. */
  boolean isReady() {
    return ready;
  }

  /** How many calls the server allows at a time; known once the connection is ready. */
  int callsMax() {
    return callsMax;
  }

  /** Starts a call with one message and no more to come; returns its stream. */
  int call(byte[] headers, byte[] body, int length) {
    return call(headers, body, length, true);
  }

  /** Starts a call that stays open; returns its stream. Only before any other calls. */
  int open(byte[] headers, byte[] body, int length) {
    receivedByOpenCall = Arrays.copyOf(receivedByOpenCall, (nextStream >>> 1) + 1);
    return call(headers, body, length, false);
  }

  private int call(byte[] headers, byte[] body, int length, boolean endsStream) {
    int stream = nextStream;
    if (stream < 0) {
      throw new IllegalStateException("a connection has no more than 2^30 calls; use several");
    }
    nextStream += 2;
    frame(headers.length, HEADERS, END_HEADERS, stream);
    out.put(headers);
    if (waiting.isEmpty()
        && length <= FRAME_BYTES_MAX
        && length <= sendWindow
        && length <= initialStreamWindow) {
      data(stream, body, 0, length, endsStream);
    } else {
      waiting.put(stream, new Body(Arrays.copyOf(body, length), endsStream, initialStreamWindow));
      sendWaiting();
    }
    return stream;
  }

  /** Writes as much as the socket takes. */
  void flush() throws IOException {
    if (out.position() == 0) {
      return;
    }
    out.flip();
    while (out.hasRemaining() && channel.write(out) > 0) {}
    boolean more = out.hasRemaining();
    out.compact();
    int wanted = more ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
    if (key.interestOps() != wanted) {
      key.interestOps(wanted);
    }
  }

  /** Takes in what has arrived. */
  void read() throws IOException {
    int room;
    int count;
    do {
      room = in.remaining();
      count = channel.read(in);
      takeFrames();
    } while (count == room);
    if (count < 0) {
      throw new IOException("the server has closed the connection");
    }
  }

  /** What the last failed call said, or nothing. */
  String lastFailure() {
    return responses.lastFailure();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void takeFrames() throws IOException {
    byte[] bytes = in.array();
    int at = 0;
    int end = in.position();
    while (end - at >= FRAME_HEADER) {
      int length = (bytes[at] & 0xff) << 16 | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff);
      if (length > FRAME_BYTES_MAX) {
        throw new IOException("the server sent a frame of " + length + " bytes");
      }
      if (end - at - FRAME_HEADER < length) {
        break;
      }
      int stream = intAt(bytes, at + 5) & 0x7fff_ffff;
      take(bytes[at + 3], bytes[at + 4], stream, bytes, at + FRAME_HEADER, length);
      at += FRAME_HEADER + length;
    }
    in.flip().position(at);
    in.compact();
  }

  private void take(int type, int flags, int stream, byte[] bytes, int from, int length)
      throws IOException {
    if (type <= HEADERS && (flags & PADDED) != 0) {
      throw new IOException("padding is not supported");
    }
    switch (type) {
      case DATA -> {
        reopenWindows(stream, length);
        receiver.data(stream, bytes, from, length);
        if ((flags & END_STREAM) != 0) {
          ended(stream, false); // Without trailers there is no status.
        }
      }
      case HEADERS -> {
        if ((flags & END_HEADERS) == 0) {
          throw new IOException("headers in several frames are not supported");
        }
        boolean succeeded = responses.isSuccess(bytes, from, length);
        if ((flags & END_STREAM) != 0) {
          ended(stream, succeeded);
        }
      }
      case RST_STREAM -> ended(stream, false);
      case SETTINGS -> settings(flags, bytes, from, length);
      case PING -> {
        if ((flags & ACK) == 0) {
          frame(length, PING, ACK, 0);
          out.put(bytes, from, length);
        }
      }
      case GOAWAY ->
          throw new IOException(
              "the server is going away "
                  + new String(bytes, from, length, StandardCharsets.US_ASCII).substring(8));
      case WINDOW_UPDATE -> {
        if (stream == 0) {
          sendWindow += intAt(bytes, from);
        } else {
          Body body = waiting.get(stream);
          if (body != null) {
            body.window += intAt(bytes, from);
          }
        }
        sendWaiting();
      }
      default -> {
        // Frames of other types carry nothing that matters here.
      }
    }
  }

  private void ended(int stream, boolean succeeded) {
    if (!waiting.isEmpty()) {
      waiting.remove(stream);
    }
    receiver.ended(stream, succeeded);
  }

  private void reopenWindows(int stream, int length) {
    received += length;
    if (received > WINDOW / 2) {
      frame(4, WINDOW_UPDATE, 0, 0);
      out.putInt(received);
      received = 0;
    }
    int call = stream >>> 1;
    if (call < receivedByOpenCall.length) {
      receivedByOpenCall[call] += length;
      if (receivedByOpenCall[call] > WINDOW / 2) {
        frame(4, WINDOW_UPDATE, 0, stream);
        out.putInt(receivedByOpenCall[call]);
        receivedByOpenCall[call] = 0;
      }
    }
  }

  private void settings(int flags, byte[] bytes, int from, int length) {
    if ((flags & ACK) != 0) {
      return;
    }
    for (int at = from; at < from + length; at += 6) {
      int value = intAt(bytes, at + 2);
      switch ((bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff)) {
        case SETTING_CALLS_MAX -> callsMax = value < 0 ? Integer.MAX_VALUE : value;
        case SETTING_INITIAL_WINDOW -> {
          for (Body body : waiting.values()) {
            body.window += value - initialStreamWindow;
          }
          initialStreamWindow = value;
        }
        default -> {
          // Frames are never larger than the smallest limit, and no header table is used.
        }
      }
    }
    ready = true;
    frame(0, SETTINGS, ACK, 0);
    sendWaiting();
  }

  private void sendWaiting() {
    if (waiting.isEmpty()) {
      return;
    }
    var entries = waiting.entrySet().iterator();
    while (sendWindow > 0 && entries.hasNext()) {
      var entry = entries.next();
      Body body = entry.getValue();
      int rest = body.bytes.length - body.from;
      long room = Math.min(sendWindow, body.window);
      while (rest > 0 && room > 0) {
        int count = (int) Math.min(Math.min(rest, FRAME_BYTES_MAX), room);
        rest -= count;
        room -= count;
        body.window -= count;
        data(entry.getKey(), body.bytes, body.from, count, body.endsStream && rest == 0);
        body.from += count;
      }
      if (rest == 0) {
        entries.remove();
      }
    }
  }

  private void data(int stream, byte[] body, int from, int length, boolean endsStream) {
    sendWindow -= length;
    frame(length, DATA, endsStream ? END_STREAM : 0, stream);
    out.put(body, from, length);
  }

  private void frame(int length, int type, int flags, int stream) {
    room(FRAME_HEADER + length);
    out.put((byte) (length >>> 16)).putShort((short) length).put((byte) type).put((byte) flags);
    out.putInt(stream);
  }

  private void room(int bytes) {
    if (out.remaining() < bytes) {
      ByteBuffer larger = ByteBuffer.allocate(Math.max(out.capacity() * 2, out.position() + bytes));
      out.flip();
      out = larger.put(out);
    }
  }

  /** A header by the number that its name has in HPACK's static table, not to be remembered. */
  private static void literal(ByteBuffer block, int name, String value) {
    if (name < 15) {
      block.put((byte) name);
    } else {
      block.put((byte) 15).put((byte) (name - 15));
    }
    text(block, value);
  }

  private static void text(ByteBuffer block, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.US_ASCII);
    if (bytes.length > 126) {
      throw new IllegalArgumentException("'" + value + "' is longer than 126 characters");
    }
    block.put((byte) bytes.length).put(bytes);
  }

  private static int intAt(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 24
        | (bytes[at + 1] & 0xff) << 16
        | (bytes[at + 2] & 0xff) << 8
        | (bytes[at + 3] & 0xff);
  }
}
