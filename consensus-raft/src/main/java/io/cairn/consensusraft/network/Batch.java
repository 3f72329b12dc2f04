// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import io.cairn.spi.store.Bytes;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The frames that travel as one message of gRPC.
 *
 * <p>A frame is the length of what follows (four bytes, big endian), its kind (one byte), for
 * requests and answers the number of the request (eight bytes), and the payload. On the way out
 * each payload is copied once, into the transport's buffer; on the way in the message is one array,
 * of which the payloads are slices.
 */
sealed interface Batch {

  /** How much is gathered into one batch: enough to be cheap, and soon sent. */
  int BYTES_MAX = 256 * 1024;

  /** The most that framing adds to a payload. */
  int FRAMING_BYTES_MAX = Integer.BYTES + 1 + Long.BYTES;

  /** Frames to be written. */
  record Outgoing(List<Frame> frames) implements Batch {}

  /** Bytes that came. */
  record Incoming(Bytes bytes) implements Batch {

    /** What they hold. */
    List<Frame> frames() throws MalformedInput {
      List<Frame> frames = new ArrayList<>();
      int at = 0;
      while (at < bytes.length()) {
        at = readFrame(at, frames);
      }
      return frames;
    }

    private int readFrame(int at, List<Frame> frames) throws MalformedInput {
      int left = bytes.length() - at - Integer.BYTES;
      int length = left < 1 ? -1 : (int) number(at, Integer.BYTES);
      if (length < 1 || length > left) {
        throw new MalformedInput("a frame that does not end within its message");
      }
      int body = at + Integer.BYTES;
      int end = body + length;
      Frame.Kind kind = Frame.Kind.of(bytes.byteAt(body));
      if (kind == null) {
        throw new MalformedInput("a frame of the unknown kind " + bytes.byteAt(body));
      }
      int payload = body + 1;
      long id = 0;
      if (isNumbered(kind)) {
        if (length < 1 + Long.BYTES) {
          throw new MalformedInput("a request without its number");
        }
        id = number(payload, Long.BYTES);
        payload += Long.BYTES;
      }
      frames.add(new Frame(kind, id, bytes.slice(payload, end)));
      return end;
    }

    private long number(int at, int count) {
      long value = 0;
      for (int i = at; i < at + count; i++) {
        value = value << 8 | (bytes.byteAt(i) & 0xff);
      }
      return value;
    }
  }

  /** How batches enter and leave gRPC. */
  MethodDescriptor.Marshaller<Batch> MARSHALLER =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(Batch batch) {
          return switch (batch) {
            case Outgoing(List<Frame> frames) -> new Writing(frames);
            case Incoming(Bytes bytes) ->
                new ByteArrayInputStream(bytes.array(), bytes.offset(), bytes.length());
          };
        }

        @Override
        public Batch parse(InputStream stream) {
          try {
            // gRPC has put the whole message together and bounded it before.
            byte[] message = new byte[stream.available()];
            int read = stream.readNBytes(message, 0, message.length);
            return new Incoming(Bytes.of(message, 0, read));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  /** A batch of one. */
  static Batch of(Frame frame) {
    return new Outgoing(List.of(frame));
  }

  /** How many bytes {@code frame} takes on the wire. */
  static int sizeOf(Frame frame) {
    return Integer.BYTES + bodyOf(frame);
  }

  private static int bodyOf(Frame frame) {
    return 1 + (isNumbered(frame.kind()) ? Long.BYTES : 0) + frame.payload().length();
  }

  private static boolean isNumbered(Frame.Kind kind) {
    return switch (kind) {
      case REQUEST, ANSWER, FAILURE -> true;
      case MESSAGE, PING, PONG -> false;
    };
  }

  /** Writes frames straight into the transport's buffer. */
  final class Writing extends InputStream implements Drainable, KnownLength {
    private final List<Frame> frames;
    private boolean drained;
    private @Nullable InputStream copy;

    private Writing(List<Frame> frames) {
      this.frames = frames;
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      byte[] head = new byte[FRAMING_BYTES_MAX];
      int written = 0;
      for (Frame frame : frames) {
        int length = putHead(head, frame);
        Bytes payload = frame.payload();
        target.write(head, 0, length);
        target.write(payload.array(), payload.offset(), payload.length());
        written += length + payload.length();
      }
      drained = true;
      return written;
    }

    private static int putHead(byte[] head, Frame frame) {
      put(head, 0, bodyOf(frame), Integer.BYTES);
      head[Integer.BYTES] = frame.kind().number();
      int length = Integer.BYTES + 1;
      if (isNumbered(frame.kind())) {
        put(head, length, frame.id(), Long.BYTES);
        length += Long.BYTES;
      }
      return length;
    }

    private static void put(byte[] target, int at, long value, int count) {
      for (int i = 0; i < count; i++) {
        target[at + i] = (byte) (value >>> (8 * (count - 1 - i)));
      }
    }

    @Override
    public int available() throws IOException {
      if (copy != null) {
        return copy.available();
      }
      return drained ? 0 : frames.stream().mapToInt(Batch::sizeOf).sum();
    }

    @Override
    public int read() throws IOException {
      return readable().read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return readable().read(target, offset, length);
    }

    /** For a reader that does not drain. */
    private InputStream readable() throws IOException {
      InputStream stream = copy;
      if (stream == null) {
        ByteArrayOutputStream all = new ByteArrayOutputStream(available());
        if (!drained) {
          var _ = drainTo(all);
        }
        stream = new ByteArrayInputStream(all.toByteArray());
        copy = stream;
      }
      return stream;
    }
  }
}
