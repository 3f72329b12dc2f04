// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.backup;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Cuts the file into chunks as they are sent, and digests it on the way. */
@OnLane("owner")
final class ChunkAssembler implements PageOutput {
  /** What etcd sends at once, and what its clients have room for. */
  static final int CHUNK_BYTES = 32 * 1024;

  private final MessageDigest digest = sha256();
  // Filled by one step of the writer and drained before the next: at most a step and a record.
  private final ArrayDeque<Bytes> ready = new ArrayDeque<>();
  private byte[] filling = new byte[CHUNK_BYTES];
  private int filled;

  @Override
  public void write(byte[] bytes, int offset, int length) {
    for (int done = 0; done < length; ) {
      int part = Math.min(length - done, CHUNK_BYTES - filled);
      System.arraycopy(bytes, offset + done, filling, filled, part);
      done += part;
      advance(part);
    }
  }

  @Override
  public void zeros(long count) {
    // A fresh chunk holds zeros.
    for (long rest = count; rest > 0; ) {
      int part = (int) Math.min(rest, CHUNK_BYTES - filled);
      rest -= part;
      advance(part);
    }
  }

  private void advance(int part) {
    filled += part;
    if (filled == CHUNK_BYTES) {
      cut();
    }
  }

  /** Makes what is left over a chunk, too. */
  void cut() {
    if (filled > 0) {
      digest.update(filling, 0, filled);
      ready.add(Bytes.of(filling, 0, filled));
      filling = new byte[CHUNK_BYTES];
      filled = 0;
    }
  }

  /** Whether {@link #poll} has a chunk. */
  boolean isReady() {
    return !ready.isEmpty();
  }

  /** The next chunk, or null if there is none yet. */
  @Nullable Bytes poll() {
    return ready.poll();
  }

  /** The digest of all chunks; once, at the end. */
  Bytes digest() {
    return Bytes.of(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new InvariantViolation("every JDK offers SHA-256: " + e);
    }
  }
}
