// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.records;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.store.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The key under which a record is stored, byte for byte etcd's: main revision (8 bytes, big
 * endian), an underscore, sub revision (8 bytes), and for a tombstone the letter {@code t}.
 *
 * <p>Hashes are computed over these bytes, so members of different engines, and etcd, agree. In
 * byte order they are in revision order.
 *
 * @param main the revision
 * @param sub the position of the change within its revision
 * @param tombstone whether the record is that of a deletion
 */
public record RevisionKey(long main, int sub, boolean tombstone) {

  private static final int LENGTH = 17;
  private static final int TOMBSTONE_LENGTH = 18;
  private static final byte SEPARATOR = '_';
  private static final byte TOMBSTONE_MARK = 't';

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** The key's bytes. */
  public Bytes encode() {
    return encode(main, sub, tombstone);
  }

  /** The bytes of the key with these parts. */
  public static Bytes encode(long main, int sub, boolean tombstone) {
    byte[] key = new byte[tombstone ? TOMBSTONE_LENGTH : LENGTH];
    LONG.set(key, 0, main);
    key[8] = SEPARATOR;
    LONG.set(key, 9, (long) sub);
    if (tombstone) {
      key[17] = TOMBSTONE_MARK;
    }
    return Bytes.of(key);
  }

  /** The smallest key of a revision; as the end of a range it leaves the revision out. */
  public static Bytes firstOf(long main) {
    return encode(main, 0, false);
  }

  /**
   * Takes a stored key apart.
   *
   * @throws IllegalArgumentException if it is not such a key
   */
  public static RevisionKey parse(Bytes key) {
    int length = key.length();
    if ((length != LENGTH && length != TOMBSTONE_LENGTH)
        || key.byteAt(8) != SEPARATOR
        || (length == TOMBSTONE_LENGTH && key.byteAt(17) != TOMBSTONE_MARK)) {
      throw new IllegalArgumentException("'" + key + "' is not the key of a revision");
    }
    long main = (long) LONG.get(key.array(), key.offset());
    long sub = (long) LONG.get(key.array(), key.offset() + 9);
    if (main < 0 || sub < 0 || sub > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("'" + key + "' has a revision out of range");
    }
    return new RevisionKey(main, (int) sub, length == TOMBSTONE_LENGTH);
  }

  /** Checks the ranges that the encoding relies on. */
  public RevisionKey {
    InvariantViolation.check(main >= 0 && sub >= 0, "revisions are not negative");
  }
}
