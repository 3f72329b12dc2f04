// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendsqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cairn.spi.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a directory to one engine; SQLite itself would let any number share it.
 *
 * <p>The locked file also remembers whether the engine's creation was completed, so that a lost
 * data file is not taken for a new engine.
 */
final class DirectoryLock implements AutoCloseable {
  private static final String NAME = "LOCK";
  private static final String CREATED = "this directory belongs to an engine on SQLite\n";

  /** Two channels of one process on one file would release each other's locks. */
  private static final Set<Path> LOCKED_HERE = ConcurrentHashMap.newKeySet();

  private final Path real;
  private final FileChannel file;

  private DirectoryLock(Path real, FileChannel file) {
    this.real = real;
    this.file = file;
  }

  /** Takes the directory or throws {@link StorageException.InUse}. */
  static DirectoryLock acquire(Path directory) {
    Path real;
    try {
      real = directory.toRealPath();
    } catch (IOException e) {
      throw new StorageException.Failed("cannot use the directory '" + directory + "'", e);
    }
    if (!LOCKED_HERE.add(real)) {
      throw inUse(directory, null);
    }
    FileChannel file = null;
    boolean acquired = false;
    try {
      file =
          FileChannel.open(real.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = file.tryLock();
      if (lock == null) {
        throw inUse(directory, null);
      }
      acquired = true;
      return new DirectoryLock(real, file);
    } catch (OverlappingFileLockException e) {
      throw inUse(directory, e);
    } catch (IOException e) {
      throw new StorageException.Failed("cannot lock '" + directory.resolve(NAME) + "'", e);
    } finally {
      if (!acquired) {
        release(real, file);
      }
    }
  }

  /** Whether {@link #markCreated} has ever been called for this directory. */
  boolean isCreated() throws IOException {
    return file.size() > 0;
  }

  /** Remembers that the engine's files are complete. */
  void markCreated() throws IOException {
    file.write(ByteBuffer.wrap(CREATED.getBytes(UTF_8)), 0);
    file.force(true);
  }

  @Override
  public void close() {
    release(real, file);
  }

  private static void release(Path real, @Nullable FileChannel file) {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      throw new StorageException.Failed("cannot unlock '" + real.resolve(NAME) + "'", e);
    } finally {
      LOCKED_HERE.remove(real);
    }
  }

  private static StorageException inUse(Path directory, @Nullable Exception e) {
    String message = "'" + directory + "' is open in another engine; stop the process that uses it";
    return e == null ? new StorageException.InUse(message) : new StorageException.InUse(message, e);
  }
}
