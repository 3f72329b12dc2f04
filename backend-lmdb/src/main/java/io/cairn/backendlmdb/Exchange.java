// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendlmdb;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.store.Bytes;

/**
 * A small piece of native memory through which keys, values and results pass between one user and
 * LMDB. Used by one thread at a time, though not always the same one; freed by hand.
 */
final class Exchange implements AutoCloseable {
  /** The longest key of LMDB is 511 bytes; a table's name needs one more for its end. */
  private static final int TEXT_BYTES = 512;

  private static final int KEY = 0;
  private static final int VALUE = KEY + Lmdb.VALUE_BYTES;
  private static final int RESULT = VALUE + Lmdb.VALUE_BYTES;
  private static final int REPORT = RESULT + Long.BYTES;
  private static final int TEXT = REPORT + Math.max(Lmdb.STAT_BYTES, Lmdb.INFO_BYTES);

  private final long block = Lmdb.allocate(TEXT + TEXT_BYTES);

  /** Where LMDB finds the key, or says where it is. */
  long key() {
    return block + KEY;
  }

  /** Where LMDB says where the value is. */
  long value() {
    return block + VALUE;
  }

  /** Where LMDB puts what it has made. */
  long result() {
    return block + RESULT;
  }

  /** Where LMDB puts statistics. */
  long report() {
    return block + REPORT;
  }

  /** Hands in a key. */
  void putKey(Bytes key) {
    InvariantViolation.check(
        !key.isEmpty() && key.length() < TEXT_BYTES, "a key has a length that LMDB takes");
    Lmdb.copyIn(key, block + TEXT);
    Lmdb.putLong(key(), key.length());
    Lmdb.putLong(key() + Lmdb.VALUE_DATA, block + TEXT);
  }

  /** Asks for room for a value; {@link #valueAddress} says where it is. */
  void askForRoom(int valueBytes) {
    Lmdb.putLong(value(), valueBytes);
  }

  /** Hands in a text that ends with a zero. */
  long putText(String text) {
    InvariantViolation.check(text.length() < TEXT_BYTES, "a name is short");
    Lmdb.putText(block + TEXT, text);
    return block + TEXT;
  }

  int keyLength() {
    return (int) Lmdb.getLong(key());
  }

  long keyAddress() {
    return Lmdb.getLong(key() + Lmdb.VALUE_DATA);
  }

  int valueLength() {
    return (int) Lmdb.getLong(value());
  }

  long valueAddress() {
    return Lmdb.getLong(value() + Lmdb.VALUE_DATA);
  }

  @Override
  public void close() {
    Lmdb.free(block);
  }
}
