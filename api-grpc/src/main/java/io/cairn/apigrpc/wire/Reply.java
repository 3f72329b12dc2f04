// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.wire;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.WireCursor;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A response message on its way out: some bytes of its own, and slices of the store's memory that
 * are copied once, into the transport's buffer.
 *
 * <p>A reply is written <b>backwards</b>, last field first. Protobuf puts a length before every
 * nested message; written backwards, the length is known by the time it is due, so that a nested
 * message costs a subtraction and not a pass of its own. Slices are remembered, not copied; only
 * the framing goes to a small array, which is filled from its end.
 *
 * <p><b>Threads.</b> Belongs to one at a time.
 */
public final class Reply extends InputStream implements Drainable, KnownLength {

  /** Slices up to this many bytes are copied: cheaper than to remember them and write twice. */
  private static final int COPY_MAX = 64;

  /** The framing; used from {@link #head} on. */
  private byte[] own;

  private int head;

  /** The slices, in the order in which they were written, so last first. */
  private Bytes @Nullable [] slices;

  /** For each slice, how much framing had been written before (that is, follows) it. */
  private int[] follows = NONE;

  private int sliceCount;
  private long sliceBytes;

  /** Only for readers that cannot be drained into. */
  private @Nullable InputStream copy;

  private boolean drained;

  private static final int[] NONE = {};

  /** An empty message, with room for {@code expectedFraming} bytes before its array must grow. */
  public Reply(int expectedFraming) {
    this.own = new byte[expectedFraming];
    this.head = expectedFraming;
  }

  private Reply(byte[] message) {
    this.own = message;
  }

  /** A reply that is already encoded. */
  public static Reply of(byte[] message) {
    return new Reply(message);
  }

  /**
   * The number of bytes written so far; the difference of two is the length of what lies between.
   */
  public long size() {
    return own.length - head + sliceBytes;
  }

  /** Puts a varint field before what is written, unless it is zero. */
  public void varint(int tag, long value) {
    if (value != 0) {
      reserve(15);
      putVarint(value);
      putTag(tag);
    }
  }

  /** Puts a varint field before what is written, zero or not. */
  public void presentVarint(int tag, long value) {
    reserve(15);
    putVarint(value);
    putTag(tag);
  }

  /** Puts a truth value before what is written, unless it is false. */
  public void bool(int tag, boolean value) {
    varint(tag, value ? 1 : 0);
  }

  /** Puts a byte field before what is written, unless it is empty. */
  public void bytes(int tag, Bytes value) {
    if (!value.isEmpty()) {
      presentBytes(tag, value);
    }
  }

  /** Puts a byte field or encoded message before what is written, empty or not. */
  public void presentBytes(int tag, Bytes value) {
    raw(value);
    reserve(10);
    putVarint(value.length());
    putTag(tag);
  }

  /** Puts a text field before what is written, unless it is empty. */
  public void text(int tag, String value) {
    if (!value.isEmpty()) {
      presentBytes(tag, Bytes.utf8(value));
    }
  }

  /** Puts whole encoded fields before what is written. */
  public void raw(Bytes fields) {
    int length = fields.length();
    if (length <= COPY_MAX) {
      reserve(length);
      head -= length;
      fields.copyTo(own, head);
    } else {
      remember(fields);
    }
  }

  /** Ends (that is, begins) a nested message whose last field was written at {@code end}. */
  public void message(int tag, long end) {
    reserve(15);
    putVarint(size() - end);
    putTag(tag);
  }

  /** Makes room for the bookkeeping of {@code count} slices at once. */
  public void expectSlices(int count) {
    int wanted = sliceCount + count;
    if (slices == null) {
      slices = new Bytes[wanted];
      follows = new int[wanted];
    } else if (slices.length < wanted) {
      slices = Arrays.copyOf(slices, wanted);
      follows = Arrays.copyOf(follows, wanted);
    }
  }

  private void remember(Bytes slice) {
    if (slices == null || sliceCount == slices.length) {
      expectSlices(Math.max(4, sliceCount));
    }
    @Nullable Bytes[] all = slices;
    if (all == null) {
      throw new AssertionError("room was made above");
    }
    all[sliceCount] = slice;
    follows[sliceCount] = own.length - head;
    sliceCount++;
    sliceBytes += slice.length();
  }

  private void reserve(int count) {
    if (head < count) {
      int used = own.length - head;
      byte[] grown = new byte[Math.max(own.length * 2, used + count + 32)];
      System.arraycopy(own, head, grown, grown.length - used, used);
      head = grown.length - used;
      own = grown;
    }
  }

  private void putVarint(long value) {
    head -= WireCursor.varintSize(value);
    var _ = WireCursor.writeVarint(own, head, value);
  }

  private void putTag(int tag) {
    if (tag < 0x80) {
      own[--head] = (byte) tag;
    } else {
      putVarint(tag);
    }
  }

  /** Copies the whole message to {@code target}, each byte once. */
  @Override
  public int drainTo(OutputStream target) throws IOException {
    int size = available();
    drained = true;
    int at = head;
    @Nullable Bytes[] all = slices;
    if (all != null) {
      for (int i = sliceCount - 1; i >= 0; i--) {
        int until = own.length - follows[i];
        if (until > at) {
          target.write(own, at, until - at);
          at = until;
        }
        Bytes slice = all[i];
        if (slice != null) {
          target.write(slice.array(), slice.offset(), slice.length());
        }
      }
    }
    if (own.length > at) {
      target.write(own, at, own.length - at);
    }
    return size;
  }

  /** The bytes not read yet; the caller has made sure that {@link #size} fits an {@code int}. */
  @Override
  public int available() throws IOException {
    if (copy != null) {
      return copy.available();
    }
    return drained ? 0 : Math.toIntExact(size());
  }

  @Override
  public int read() throws IOException {
    return readable().read();
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    return readable().read(target, offset, length);
  }

  /** The message in one array. */
  public byte[] toByteArray() {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream(available());
      var _ = drainTo(out);
      drained = false;
      return out.toByteArray();
    } catch (IOException e) {
      throw new AssertionError("a byte array takes everything", e);
    }
  }

  private InputStream readable() {
    InputStream stream = copy;
    if (stream == null) {
      stream = new ByteArrayInputStream(drained ? new byte[0] : toByteArray());
      copy = stream;
    }
    return stream;
  }
}
