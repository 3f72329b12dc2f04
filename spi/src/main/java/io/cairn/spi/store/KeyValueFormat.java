// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/**
 * Reads and writes key-values in the encoding in which they are stored, hashed and sent.
 *
 * <p>Rule V1: a stored key-value is the protobuf encoding of {@code mvccpb.KeyValue} with its
 * fields in ascending order and zero or empty fields left out: 1 key (bytes), 2 create revision, 3
 * modification revision, 4 version (varints), 5 value (bytes), 6 lease (varint). Rule V2: a
 * tombstone is the same message with the key alone. Equal content therefore means equal bytes on
 * every member and engine, which is what {@code HashKV} rests on.
 *
 * <p><b>Failure.</b> Reading throws {@link IllegalArgumentException} when the bytes are not such an
 * encoding; unknown fields are refused, since nothing but this class writes stored records.
 */
public final class KeyValueFormat {

  private static final int TAG_KEY = 0x0a;
  private static final int TAG_CREATE = 0x10;
  private static final int TAG_MOD = 0x18;
  private static final int TAG_VERSION = 0x20;
  private static final int TAG_VALUE = 0x2a;
  private static final int TAG_LEASE = 0x30;

  private KeyValueFormat() {}

  /** The number of bytes that {@link #write} will produce. */
  public static int size(
      Bytes key, long createRevision, long modRevision, long version, Bytes value, long lease) {
    return bytesFieldSize(key.length())
        + varintFieldSize(createRevision)
        + varintFieldSize(modRevision)
        + varintFieldSize(version)
        + bytesFieldSize(value.length())
        + varintFieldSize(lease);
  }

  /**
   * Writes one key-value into {@code target} from {@code at} on.
   *
   * @return the position after the last byte written
   */
  public static int write(
      byte[] target,
      int at,
      Bytes key,
      long createRevision,
      long modRevision,
      long version,
      Bytes value,
      long lease) {
    int end = writeBytesField(target, at, TAG_KEY, key);
    end = writeVarintField(target, end, TAG_CREATE, createRevision);
    end = writeVarintField(target, end, TAG_MOD, modRevision);
    end = writeVarintField(target, end, TAG_VERSION, version);
    end = writeBytesField(target, end, TAG_VALUE, value);
    return writeVarintField(target, end, TAG_LEASE, lease);
  }

  /** One key-value in an array of its own. */
  public static Bytes encode(KeyValue kv) {
    byte[] out =
        new byte
            [size(
                kv.key(),
                kv.createRevision(),
                kv.modRevision(),
                kv.version(),
                kv.value(),
                kv.lease())];
    write(
        out,
        0,
        kv.key(),
        kv.createRevision(),
        kv.modRevision(),
        kv.version(),
        kv.value(),
        kv.lease());
    return Bytes.of(out);
  }

  /** All fields of an encoded key-value; key and value share the array of {@code encoded}. */
  public static KeyValue decode(Bytes encoded) {
    Bytes key = Bytes.EMPTY;
    Bytes value = Bytes.EMPTY;
    long create = 0;
    long mod = 0;
    long version = 0;
    long lease = 0;
    WireCursor in = new WireCursor(encoded);
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag) {
        case TAG_KEY -> key = in.bytes();
        case TAG_CREATE -> create = in.varint();
        case TAG_MOD -> mod = in.varint();
        case TAG_VERSION -> version = in.varint();
        case TAG_VALUE -> value = in.bytes();
        case TAG_LEASE -> lease = in.varint();
        default -> throw in.malformed("unexpected tag " + tag + " in a key-value");
      }
    }
    return new KeyValue(key, create, mod, version, value, lease);
  }

  /** The key of an encoded key-value or tombstone, without decoding the rest. */
  public static Bytes key(Bytes encoded) {
    WireCursor in = new WireCursor(encoded);
    if (!in.hasMore() || in.tag() != TAG_KEY) {
      throw in.malformed("a key-value must begin with its key");
    }
    return in.bytes();
  }

  /** The same key-value without its value, as a reply to a keys-only request. */
  public static Bytes withoutValue(Bytes encoded) {
    KeyValue kv = decode(encoded);
    return kv.value().isEmpty() ? encoded : encode(kv.withValue(Bytes.EMPTY));
  }

  static int bytesFieldSize(int length) {
    return length == 0 ? 0 : 1 + WireCursor.varintSize(length) + length;
  }

  static int varintFieldSize(long value) {
    return value == 0 ? 0 : 1 + WireCursor.varintSize(value);
  }

  private static int writeBytesField(byte[] target, int at, int tag, Bytes field) {
    if (field.isEmpty()) {
      return at;
    }
    target[at] = (byte) tag;
    int start = WireCursor.writeVarint(target, at + 1, field.length());
    field.copyTo(target, start);
    return start + field.length();
  }

  private static int writeVarintField(byte[] target, int at, int tag, long value) {
    if (value == 0) {
      return at;
    }
    target[at] = (byte) tag;
    return WireCursor.writeVarint(target, at + 1, value);
  }
}
