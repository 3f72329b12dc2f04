// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.restore;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The digest over the rows of an engine: table by table, in key order. */
@OnLane("caller")
final class ContentDigest {
  private final MessageDigest sha;
  private final ByteBuffer lengths = ByteBuffer.allocate(2 * Integer.BYTES);

  ContentDigest() {
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new InvariantViolation("every JDK offers SHA-256: " + e);
    }
  }

  /** The rows of {@code table} come next. */
  void begin(Table table) {
    sha.update(table.name().getBytes(StandardCharsets.US_ASCII));
    sha.update((byte) 0);
  }

  void add(Bytes key, Bytes value) {
    sha.update(lengths.clear().putInt(key.length()).putInt(value.length()).flip());
    sha.update(key.array(), key.offset(), key.length());
    sha.update(value.array(), value.offset(), value.length());
  }

  Bytes result() {
    return Bytes.of(sha.digest());
  }
}
