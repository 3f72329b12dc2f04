// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import io.cairn.spi.environment.OnLane;
import java.util.concurrent.CompletionStage;

/**
 * A backup, pulled by the transport at the client's pace.
 *
 * <p><b>Threads.</b> One at a time; the next chunk is asked for when the one before has come.
 */
@OnLane("caller")
public interface BackupStream extends AutoCloseable {
  /**
   * A piece of the backup file. The last one is the SHA-256 digest of all before it.
   *
   * @param remainingBytes bytes of the file that follow, the digest not counted
   * @param data at most 32768 bytes
   * @param last whether this is the digest
   */
  record Chunk(long remainingBytes, Bytes data, boolean last) {}

  /** The next chunk. */
  CompletionStage<Chunk> next();

  /** Gives up what is not read yet. */
  @Override
  void close();
}
