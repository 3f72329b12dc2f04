// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.command;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.WireCursor;
import java.nio.charset.StandardCharsets;

/**
 * Writes protobuf fields into an array that is exactly as large as was computed before. Zero and
 * empty fields are left out unless a method says otherwise, in the arithmetic as in the writing.
 */
final class MessageWriter {
  private static final int VARINT = 0;
  private static final int DELIMITED = 2;

  private final byte[] out;
  private int at;

  MessageWriter(int size) {
    this.out = new byte[size];
  }

  static int tagSize(int field) {
    return WireCursor.varintSize((long) field << 3);
  }

  static int numberSize(int field, long value) {
    return value == 0 ? 0 : presentNumberSize(field, value);
  }

  /** The size of a number that is written even if it is zero, as protobuf does within a oneof. */
  static int presentNumberSize(int field, long value) {
    return tagSize(field) + WireCursor.varintSize(value);
  }

  static int flagSize(int field, boolean value) {
    return value ? tagSize(field) + 1 : 0;
  }

  static int bytesSize(int field, Bytes value) {
    return value.isEmpty() ? 0 : messageSize(field, value.length());
  }

  static int textSize(int field, String value) {
    return value.isEmpty() ? 0 : messageSize(field, value.getBytes(StandardCharsets.UTF_8).length);
  }

  /** The size of a field that holds a message of {@code size} bytes, be they none. */
  static int messageSize(int field, int size) {
    return Math.addExact(tagSize(field) + WireCursor.varintSize(size), size);
  }

  void number(int field, long value) {
    if (value != 0) {
      presentNumber(field, value);
    }
  }

  void presentNumber(int field, long value) {
    tag(field, VARINT);
    at = WireCursor.writeVarint(out, at, value);
  }

  void flag(int field, boolean value) {
    if (value) {
      presentNumber(field, 1);
    }
  }

  void bytes(int field, Bytes value) {
    if (!value.isEmpty()) {
      presentBytes(field, value);
    }
  }

  void presentBytes(int field, Bytes value) {
    open(field, value.length());
    value.copyTo(out, at);
    at += value.length();
  }

  void text(int field, String value) {
    bytes(field, Bytes.utf8(value));
  }

  /** Begins a message of {@code size} bytes, whose fields the caller writes next. */
  void open(int field, int size) {
    tag(field, DELIMITED);
    at = WireCursor.writeVarint(out, at, size);
  }

  private void tag(int field, int type) {
    at = WireCursor.writeVarint(out, at, (long) field << 3 | type);
  }

  /** What was written, which must be all that was announced. */
  Bytes finish() {
    InvariantViolation.check(at == out.length, "a command is not as long as was computed");
    return Bytes.of(out);
  }
}
