// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wire;

import io.cairn.spi.store.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Reads what {@link WireWriter} wrote, believing nothing. */
final class WireReader {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final Bytes bytes;
  private int at;

  WireReader(Bytes bytes) {
    this.bytes = bytes;
  }

  boolean hasMore() {
    return at < bytes.length();
  }

  int remaining() {
    return bytes.length() - at;
  }

  int readByte() throws MalformedException {
    need(1);
    return bytes.byteAt(at++) & 0xff;
  }

  boolean readBoolean() throws MalformedException {
    int value = readByte();
    if (value > 1) {
      throw new MalformedException("neither true nor false: " + value);
    }
    return value == 1;
  }

  long readLong() throws MalformedException {
    need(8);
    long value = (long) LONGS.get(bytes.array(), bytes.offset() + at);
    at += 8;
    return value;
  }

  /** A number that is not negative. */
  long readVarint() throws MalformedException {
    long value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      int part = readByte();
      value |= (part & 0x7fL) << shift;
      if (part < 0x80) {
        return value;
      }
    }
    throw new MalformedException("a number of more than 63 bits");
  }

  /** A number of things of which each takes at least {@code bytesEach} of what remains. */
  int readCount(int bytesEach) throws MalformedException {
    long count = readVarint();
    if (count > remaining() / bytesEach) {
      throw new MalformedException(count + " things announced in " + remaining() + " bytes");
    }
    return (int) count;
  }

  /** A slice of what is read, not a copy. */
  Bytes readBytes() throws MalformedException {
    int length = readCount(1);
    Bytes slice = bytes.slice(at, at + length);
    at += length;
    return slice;
  }

  void expectEnd() throws MalformedException {
    if (hasMore()) {
      throw new MalformedException(remaining() + " bytes too many");
    }
  }

  private void need(int count) throws MalformedException {
    if (remaining() < count) {
      throw new MalformedException("the end where " + count + " bytes should follow");
    }
  }
}
