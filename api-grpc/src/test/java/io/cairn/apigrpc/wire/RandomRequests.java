// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.wire;

import io.cairn.spi.store.WireCursor;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Makes messages field by field, by tags that mostly exist, in any order and number, then damages
 * some of them. So unions are set twice, fields have the wrong type, varints are too long, lengths
 * lie.
 */
final class RandomRequests {

  private static final int[] NESTED = {0x0a, 0x12, 0x1a, 0x22};

  private final SplittableRandom random;

  RandomRequests(SplittableRandom random) {
    this.random = random;
  }

  /** A message of the type or something that resembles one. */
  byte[] message(String type) {
    byte[] message = wellFormed(type);
    int kind = random.nextInt(10);
    if (kind < 5 || message.length == 0) {
      return message;
    }
    if (kind < 7) {
      return Arrays.copyOf(message, random.nextInt(message.length));
    }
    byte[] damaged = message.clone();
    int damages = 1 + random.nextInt(3);
    for (int i = 0; i < damages; i++) {
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
    }
    return damaged;
  }

  /** A message that generated parsers mostly accept. */
  byte[] wellFormed(String type) {
    return fields(type, 0);
  }

  private byte[] fields(String type, int depth) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int count = random.nextInt(7);
    for (int i = 0; i < count; i++) {
      if (random.nextInt(12) == 0) {
        unknown(out, depth);
        continue;
      }
      switch (type) {
        case "TxnRequest" -> txnField(out, depth);
        case "RequestOp" ->
            nested(out, NESTED[random.nextInt(NESTED.length)], "RequestOpMember", depth);
        case "RequestOpMember" -> scalarOrBytes(out, 14);
        case "Compare" -> compareField(out);
        case "WatchRequest" -> nested(out, NESTED[random.nextInt(3)], "WatchCreate", depth);
        case "WatchCreate" -> watchCreateField(out);
        default -> scalarOrBytes(out, 14);
      }
    }
    return out.toByteArray();
  }

  private void txnField(ByteArrayOutputStream out, int depth) {
    int which = random.nextInt(3);
    if (which == 0) {
      nested(out, 0x0a, "Compare", depth);
    } else if (depth < 6 && random.nextInt(4) == 0) {
      byte[] inner = field(0x22, fields("TxnRequest", depth + 2));
      out.writeBytes(field(which == 1 ? 0x12 : 0x1a, inner));
    } else {
      nested(out, which == 1 ? 0x12 : 0x1a, "RequestOp", depth);
    }
  }

  private void compareField(ByteArrayOutputStream out) {
    switch (random.nextInt(4)) {
      case 0 -> out.writeBytes(field(0x202, bytes()));
      case 1 -> out.writeBytes(field(0x3a, bytes()));
      case 2 -> out.writeBytes(field(0x1a, bytes()));
      default -> scalar(out, 9);
    }
  }

  private void watchCreateField(ByteArrayOutputStream out) {
    switch (random.nextInt(4)) {
      case 0 -> out.writeBytes(field(0x0a, bytes()));
      case 1 -> {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
          varint(packed, random.nextInt(3));
        }
        out.writeBytes(field(0x2a, packed.toByteArray()));
      }
      case 2 -> {
        varint(out, 0x28);
        varint(out, random.nextInt(3));
      }
      default -> scalar(out, 9);
    }
  }

  private void nested(ByteArrayOutputStream out, int tag, String type, int depth) {
    out.writeBytes(field(tag, fields(type, depth + 1)));
  }

  private void scalarOrBytes(ByteArrayOutputStream out, int numbers) {
    if (random.nextInt(3) == 0) {
      out.writeBytes(field(((1 + random.nextInt(3)) << 3) | 2, bytes()));
    } else {
      scalar(out, numbers);
    }
  }

  private void scalar(ByteArrayOutputStream out, int numbers) {
    varint(out, (long) (1 + random.nextInt(numbers)) << 3);
    switch (random.nextInt(5)) {
      case 0 -> varint(out, random.nextLong());
      case 1 -> varint(out, -random.nextInt(100));
      case 2 -> out.writeBytes(new byte[] {(byte) 0x81, (byte) 0x80, 0}); // 1, longer than needed.
      default -> varint(out, random.nextInt(6));
    }
  }

  /** A field that no message has, of any wire type, groups included. */
  private void unknown(ByteArrayOutputStream out, int depth) {
    int number = 90 + random.nextInt(3);
    switch (random.nextInt(7)) {
      case 0 -> {
        varint(out, number << 3);
        varint(out, random.nextLong());
      }
      case 1 -> {
        varint(out, number << 3 | 1);
        out.writeBytes(new byte[8]);
      }
      case 2 -> out.writeBytes(field(number << 3 | 2, bytes()));
      case 3, 4 -> {
        varint(out, number << 3 | 3);
        if (depth < 5) {
          out.writeBytes(fields("PutRequest", depth + 1));
        }
        int end = random.nextInt(8) == 0 ? number + 1 : number;
        varint(out, end << 3 | 4);
      }
      case 5 -> {
        varint(out, number << 3 | 5);
        out.writeBytes(new byte[4]);
      }
      default -> varint(out, random.nextInt(16)); // Often a tag with the number 0 or without value.
    }
  }

  private byte[] bytes() {
    byte[] bytes = new byte[random.nextInt(5) == 0 ? random.nextInt(200) : random.nextInt(6)];
    random.nextBytes(bytes);
    return bytes;
  }

  /** A length-delimited field. */
  static byte[] field(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    varint(out, tag);
    varint(out, content.length);
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    byte[] encoded = new byte[10];
    out.write(encoded, 0, WireCursor.writeVarint(encoded, 0, value));
  }
}
