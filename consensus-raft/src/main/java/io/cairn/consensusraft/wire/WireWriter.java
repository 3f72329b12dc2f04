// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wire;

import io.cairn.spi.store.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Writes numbers and bytes one behind the other. */
final class WireWriter {
  static final int VARINT_BYTES_MAX = 10;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private byte[] buffer;
  private int size;

  WireWriter(int initialBytes) {
    buffer = new byte[initialBytes];
  }

  int size() {
    return size;
  }

  /** Makes room for {@code bytes} more at once, so that growing copies what is there once only. */
  void reserve(int bytes) {
    if (buffer.length - size < bytes) {
      buffer = Arrays.copyOf(buffer, Math.max(size + bytes, buffer.length * 2));
    }
  }

  void writeByte(int value) {
    reserve(1);
    buffer[size++] = (byte) value;
  }

  /** Eight bytes: for ids, which are large. */
  void writeLong(long value) {
    reserve(8);
    LONGS.set(buffer, size, value);
    size += 8;
  }

  /** Seven bits per byte: for terms, indexes and lengths, which are small. */
  void writeVarint(long value) {
    reserve(VARINT_BYTES_MAX);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      buffer[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[size++] = (byte) rest;
  }

  /** The length, then the bytes. */
  void writeBytes(Bytes bytes) {
    reserve(VARINT_BYTES_MAX + bytes.length());
    writeVarint(bytes.length());
    bytes.copyTo(buffer, size);
    size += bytes.length();
  }

  /** What was written, which nobody may change any more. */
  Bytes finish() {
    Bytes result = Bytes.of(buffer, 0, size);
    buffer = new byte[0];
    size = 0;
    return result;
  }
}
