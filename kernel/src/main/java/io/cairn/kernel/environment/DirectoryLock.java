// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.environment;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps other processes out of a directory for as long as it is open. */
public final class DirectoryLock implements AutoCloseable {
  private static final String FILE = "LOCK";

  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Locks {@code directory}, which must exist.
   *
   * @throws IllegalStateException if another process (or this one) holds the lock
   */
  public static DirectoryLock acquire(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!lock(channel)) {
      channel.close();
      throw new IllegalStateException(
          "the data directory '" + directory + "' is in use by another process");
    }
    return new DirectoryLock(channel);
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // Held within this very process, which is another user all the same.
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
