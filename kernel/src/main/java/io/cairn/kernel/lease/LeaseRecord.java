// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.lease;

import io.cairn.kernel.lease.LeaseBook.Lease;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.WireCursor;

/**
 * How a lease is stored: under its id, 8 bytes big endian, a protobuf message with the granted time
 * (1) and the remaining time (2) in seconds and the index of the entry that granted it (3), zeros
 * left out.
 */
public final class LeaseRecord {
  private static final int TAG_TTL = 0x08;
  private static final int TAG_REMAINING = 0x10;
  private static final int TAG_GRANT_INDEX = 0x18;

  private LeaseRecord() {}

  /** Stores a lease. */
  public static Mutation put(Lease lease) {
    byte[] value = new byte[3 * (1 + 10)];
    int end = writeField(value, 0, TAG_TTL, lease.ttlSeconds());
    end = writeField(value, end, TAG_REMAINING, lease.remainingSeconds());
    end = writeField(value, end, TAG_GRANT_INDEX, lease.grantIndex());
    return new Mutation.Put(Tables.LEASES, key(lease.id()), Bytes.of(value, 0, end).compact());
  }

  static Mutation delete(long id) {
    return new Mutation.Delete(Tables.LEASES, key(id));
  }

  /** Fails with {@link IllegalArgumentException} if the bytes are not a stored lease. */
  public static Lease decode(Bytes key, Bytes value) {
    if (key.length() != Long.BYTES) {
      throw new IllegalArgumentException(
          "a stored lease has a key of 8 bytes, not '" + key.length() + "'");
    }
    long id = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      id = id << 8 | (key.byteAt(i) & 0xff);
    }
    long ttl = 0;
    long remaining = 0;
    long grantIndex = 0;
    WireCursor in = new WireCursor(value);
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag) {
        case TAG_TTL -> ttl = in.varint();
        case TAG_REMAINING -> remaining = in.varint();
        case TAG_GRANT_INDEX -> grantIndex = in.varint();
        default -> throw in.malformed("unexpected tag " + tag + " in a lease");
      }
    }
    return new Lease(id, ttl, remaining, grantIndex);
  }

  private static Bytes key(long id) {
    byte[] key = new byte[Long.BYTES];
    for (int i = 0; i < Long.BYTES; i++) {
      key[i] = (byte) (id >>> (56 - 8 * i));
    }
    return Bytes.of(key);
  }

  private static int writeField(byte[] target, int at, int tag, long value) {
    if (value == 0) {
      return at;
    }
    target[at] = (byte) tag;
    return WireCursor.writeVarint(target, at + 1, value);
  }
}
