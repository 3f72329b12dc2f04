// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.environment;

import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file (X5). One thread at a time writes and syncs; reads may go on beside. */
@ThreadSafe
public interface DiskFile extends AutoCloseable {
  /**
   * Reads into the remaining space of {@code target} from {@code at} on.
   *
   * @return the number of bytes read, less than asked only at the end of the file; -1 beyond it
   */
  int read(long at, ByteBuffer target) throws IOException;

  /** Writes all remaining bytes of {@code source} at {@code at}, growing the file if necessary. */
  void write(long at, ByteBuffer source) throws IOException;

  /** Cuts or extends the file to {@code size} bytes. */
  void truncate(long size) throws IOException;

  /** Makes all content written so far durable. A failure is final (X5). */
  void sync() throws IOException;

  /** The size in bytes. */
  long size() throws IOException;

  @Override
  void close() throws IOException;
}
