// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/**
 * Walks over the fields of a protobuf message inside a slice, without copying.
 *
 * <p>Only what stored records and commands need: varints, length-delimited fields and the skipping
 * of unknown ones. Groups do not occur and are refused.
 *
 * <p><b>Failure.</b> Every method throws {@link IllegalArgumentException}, naming the offset, when
 * the bytes are not well formed. <b>Threads.</b> Belongs to one.
 */
public final class WireCursor {

  private final byte[] array;
  private final int start;
  private final int end;
  private int at;

  /** Stands before the first field of {@code message}. */
  public WireCursor(Bytes message) {
    this.array = message.array();
    this.start = message.offset();
    this.end = start + message.length();
    this.at = start;
  }

  /** Whether there is another byte to read. */
  public boolean hasMore() {
    return at < end;
  }

  /** The offset of the next byte, counted from the start of the message. */
  public int position() {
    return at - start;
  }

  /** Reads a field's tag: number times eight plus wire type. */
  public int tag() {
    long tag = varint();
    if (tag < 8 || tag > 0xffff_ffffL) {
      throw malformed("'" + tag + "' is not a tag");
    }
    return (int) tag;
  }

  /** Reads a varint of at most ten bytes. */
  public long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at == end) {
        throw malformed("the message ends inside a varint");
      }
      byte b = array[at++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw malformed("a varint is longer than ten bytes");
  }

  /** Reads a varint field as protobuf's bool. */
  public boolean bool() {
    return varint() != 0;
  }

  /** Reads a length-delimited field, sharing the array. */
  public Bytes bytes() {
    long length = varint();
    if (length < 0 || length > end - at) {
      throw malformed("a field of " + length + " bytes does not fit into the message");
    }
    Bytes field = Bytes.of(array, at, (int) length);
    at += (int) length;
    return field;
  }

  /** Passes over the value of the field whose tag was just read. */
  public void skip(int tag) {
    switch (tag & 7) {
      case 0 -> varint();
      case 1 -> advance(8);
      case 2 -> bytes();
      case 5 -> advance(4);
      default -> throw malformed("wire type " + (tag & 7) + " is not supported");
    }
  }

  /** The exception for what is wrong at the present position. */
  public IllegalArgumentException malformed(String what) {
    return new IllegalArgumentException(what + " (at offset " + position() + ")");
  }

  private void advance(int count) {
    if (count > end - at) {
      throw malformed("the message ends inside a fixed-size field");
    }
    at += count;
  }

  /** The number of bytes that {@code value} takes as a varint. */
  public static int varintSize(long value) {
    return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
  }

  /**
   * Writes {@code value} as a varint.
   *
   * @return the position after the last byte written
   */
  public static int writeVarint(byte[] target, int at, long value) {
    int next = at;
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      target[next++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[next++] = (byte) rest;
    return next;
  }
}
