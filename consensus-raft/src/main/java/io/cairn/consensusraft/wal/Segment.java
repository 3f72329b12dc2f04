// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import io.cairn.spi.environment.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file of the log. */
record Segment(long sequence, String path, DiskFile file, long salt) {
  /** Fills what remains of {@code target} with what stands at {@code offset} and behind it. */
  void read(long offset, ByteBuffer target) throws IOException {
    long at = offset - target.position();
    while (target.hasRemaining()) {
      if (file.read(at + target.position(), target) < 0) {
        throw new WalDamagedException(path, at + target.position(), "the end of the file");
      }
    }
  }
}
