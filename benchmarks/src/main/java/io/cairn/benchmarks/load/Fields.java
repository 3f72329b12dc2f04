// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * A protobuf message as its fields: numbers, and whatever is delimited by a length. Of a field that
 * is there several times the last one counts.
 */
public final class Fields {
  private static final int VARINT = 0;
  private static final int DELIMITED = 2;

  private final Map<Integer, Long> numbers = new HashMap<>();
  private final Map<Integer, byte[]> delimited = new HashMap<>();

  private Fields() {}

  /** Reads a message. */
  public static Fields parse(byte[] message) {
    Fields fields = new Fields();
    int[] at = {0};
    while (at[0] < message.length) {
      int tag = (int) varint(message, at);
      switch (tag & 7) {
        case VARINT -> fields.numbers.put(tag >>> 3, varint(message, at));
        case DELIMITED -> {
          byte[] bytes = new byte[(int) varint(message, at)];
          System.arraycopy(message, at[0], bytes, 0, bytes.length);
          at[0] += bytes.length;
          fields.delimited.put(tag >>> 3, bytes);
        }
        default -> throw new IllegalArgumentException("field of an unknown type in an answer");
      }
    }
    return fields;
  }

  /** The number of a field, 0 if it is not there. */
  public long number(int field) {
    return numbers.getOrDefault(field, 0L);
  }

  /** The message of a field, without fields if it is not there. */
  public Fields message(int field) {
    return parse(delimited.getOrDefault(field, new byte[0]));
  }

  /** A message with one number. */
  public static byte[] of(int field, long number) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    varint(out, (long) field << 3 | VARINT);
    varint(out, number);
    return out.toByteArray();
  }

  /** A message with one text. */
  public static byte[] of(int field, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    varint(out, (long) field << 3 | DELIMITED);
    varint(out, bytes.length);
    out.writeBytes(bytes);
    return out.toByteArray();
  }

  private static long varint(byte[] message, int[] at) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = message[at[0]++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
