// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * A slice of a byte array that is never written again once it has been handed over.
 *
 * <p>Keys, values and encoded key-values travel through Cairn as slices of larger chunks, so that
 * nothing is copied between the store's memory and a reply. Two slices are equal when their bytes
 * are; the order is that of unsigned bytes, as etcd orders keys.
 *
 * <p><b>Ownership.</b> Whoever creates a slice promises that the bytes it covers do not change any
 * more. {@link #array} gives readers the backing array so that they can copy from it in bulk; they
 * must not write to it. A slice keeps its whole backing array alive: copy small slices of large
 * arrays that are to be kept for long ({@link #compact}).
 *
 * <p><b>Threads.</b> Immutable; safe for publication through any happens-before edge.
 */
public final class Bytes implements Comparable<Bytes> {

  /** The slice of no bytes. */
  public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

  private final byte[] array;
  private final int offset;
  private final int length;

  private Bytes(byte[] array, int offset, int length) {
    this.array = array;
    this.offset = offset;
    this.length = length;
  }

  /** All of {@code array}, which belongs to the slice from now on. */
  public static Bytes of(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array, 0, array.length);
  }

  /**
   * A part of {@code array}, whose covered bytes must not change from now on.
   *
   * @throws IndexOutOfBoundsException if the part does not lie within the array
   */
  public static Bytes of(byte[] array, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, array.length);
    return length == 0 ? EMPTY : new Bytes(array, offset, length);
  }

  /** A copy of the remaining bytes of {@code buffer}, whose position is left alone. */
  public static Bytes copyOf(ByteBuffer buffer) {
    byte[] copy = new byte[buffer.remaining()];
    buffer.get(buffer.position(), copy);
    return of(copy);
  }

  /** The UTF-8 encoding of {@code text}. */
  public static Bytes utf8(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The backing array; to be read only, within {@link #offset} and {@link #length}. */
  public byte[] array() {
    return array;
  }

  /** Where the slice begins in {@link #array}. */
  public int offset() {
    return offset;
  }

  /** The number of bytes. */
  public int length() {
    return length;
  }

  /** Whether there are no bytes. */
  public boolean isEmpty() {
    return length == 0;
  }

  /**
   * The byte at {@code index}, counted from the start of the slice.
   *
   * @throws IndexOutOfBoundsException if there is none
   */
  public byte byteAt(int index) {
    return array[offset + Objects.checkIndex(index, length)];
  }

  /**
   * The bytes from {@code from} (inclusive) to {@code to} (exclusive), sharing the array.
   *
   * @throws IndexOutOfBoundsException if they do not lie within the slice
   */
  public Bytes slice(int from, int to) {
    Objects.checkFromToIndex(from, to, length);
    return of(array, offset + from, to - from);
  }

  /** Whether the slice begins with all bytes of {@code prefix}. */
  public boolean startsWith(Bytes prefix) {
    return length >= prefix.length
        && Arrays.equals(
            array,
            offset,
            offset + prefix.length,
            prefix.array,
            prefix.offset,
            prefix.offset + prefix.length);
  }

  /** A fresh array with the bytes. */
  public byte[] toByteArray() {
    return Arrays.copyOfRange(array, offset, offset + length);
  }

  /** The same bytes, backed by an array that holds nothing else. */
  public Bytes compact() {
    return array.length == length ? this : of(toByteArray());
  }

  /**
   * Copies all bytes into {@code target} from {@code at} on.
   *
   * @throws IndexOutOfBoundsException if they do not fit
   */
  public void copyTo(byte[] target, int at) {
    System.arraycopy(array, offset, target, at, length);
  }

  /** A read-only buffer over the slice. */
  public ByteBuffer asByteBuffer() {
    return ByteBuffer.wrap(array, offset, length).slice().asReadOnlyBuffer();
  }

  /** The bytes as UTF-8 text; malformed sequences become the replacement character. */
  public String toUtf8() {
    return new String(array, offset, length, StandardCharsets.UTF_8);
  }

  /** Compares as unsigned bytes; a prefix comes before what it is a prefix of. */
  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(
        array, offset, offset + length, other.array, other.offset, other.offset + other.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that
        && Arrays.equals(
            array, offset, offset + length, that.array, that.offset, that.offset + that.length);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = offset; i < offset + length; i++) {
      hash = 31 * hash + array[i];
    }
    return hash;
  }

  /** Printable ASCII as it is, everything else as {@code \xhh}; at most 64 bytes are shown. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    int shown = Math.min(length, 64);
    for (int i = 0; i < shown; i++) {
      int b = array[offset + i] & 0xff;
      if (b >= 0x20 && b < 0x7f && b != '\\') {
        text.append((char) b);
      } else {
        text.append("\\x")
            .append(Character.forDigit(b >> 4, 16))
            .append(Character.forDigit(b & 15, 16));
      }
    }
    return shown == length
        ? text.toString()
        : text.append("... (").append(length).append(" bytes)").toString();
  }
}
