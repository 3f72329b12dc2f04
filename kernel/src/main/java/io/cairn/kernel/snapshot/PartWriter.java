// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.snapshot;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.WireCursor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Writes one part: numbers as varints, bytes with their length, and a checksum behind all. */
@OnLane("snapshot")
final class PartWriter {
  private static final int VARINT_BYTES_MAX = 10;
  static final int CHECKSUM_BYTES = 4;

  private static final int BYTES_MIN = 4096;

  private byte[] part;
  private int length;

  /** Begins a part of {@code kind} that is small. */
  PartWriter(int kind) {
    this(kind, 0);
  }

  /** Begins a part of {@code kind} that will be of about {@code bytes}. */
  PartWriter(int kind, int bytes) {
    part = new byte[bytes + BYTES_MIN];
    add(kind);
  }

  PartWriter add(long number) {
    reserve(VARINT_BYTES_MAX);
    length = WireCursor.writeVarint(part, length, number);
    return this;
  }

  PartWriter add(Bytes bytes) {
    add(bytes.length());
    reserve(bytes.length());
    bytes.copyTo(part, length);
    length += bytes.length();
    return this;
  }

  /** The bytes written so far. */
  int length() {
    return length;
  }

  /** What was added, without the kind. */
  Bytes content() {
    return Bytes.of(part, 1, length - 1);
  }

  /** Ends the part. The array is not written any more. */
  Bytes finish() {
    CRC32C crc = new CRC32C();
    crc.update(part, 0, length);
    reserve(CHECKSUM_BYTES);
    ByteBuffer.wrap(part, length, CHECKSUM_BYTES).putInt((int) crc.getValue());
    return Bytes.of(part, 0, length + CHECKSUM_BYTES);
  }

  private void reserve(int count) {
    if (count > part.length - length) {
      part = Arrays.copyOf(part, Math.max(length + count, 2 * part.length));
    }
  }
}
