// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.storage.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cairn.spi.environment.ThreadSafe;
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
 * Keeps a directory to one engine (S9), against other processes and against others in this one, by
 * whatever name they call the directory.
 *
 * <p>The locked file also remembers whether the engine's creation was completed, so that a lost
 * data file is not taken for a new engine.
 *
 * <p><b>Threads.</b> Any. <b>Blocking.</b> On the medium, never for the lock. <b>Ownership.</b>
 * Whoever acquires it closes it, after everything else that the engine has open. <b>Failure.</b>
 * {@link StorageException}, or {@link IOException} where the caller knows better what it means.
 */
@ThreadSafe
public final class DirectoryLock implements AutoCloseable {
  private static final String NAME = "LOCK";

  /**
   * Asked before the lock: when a process closes a file, it loses all the locks that it has on it.
   */
  private static final Set<Path> LOCKED_HERE = ConcurrentHashMap.newKeySet();

  private final Path real;
  private final FileChannel file;

  private DirectoryLock(Path real, FileChannel file) {
    this.real = real;
    this.file = file;
  }

  /**
   * Takes a directory, which is there, for one engine alone.
   *
   * @throws StorageException.InUse if another has it
   * @throws StorageException.Failed if the directory or its file {@code LOCK} cannot be used
   */
  public static DirectoryLock acquire(Path directory) {
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
      throw new StorageException.Failed(
          "cannot lock '" + directory.resolve(NAME) + "': " + e.getMessage(), e);
    } finally {
      if (!acquired) {
        release(real, file);
      }
    }
  }

  /** Whether {@link #markCreated} has ever been called for this directory. */
  public boolean isCreated() throws IOException {
    return file.size() > 0;
  }

  /**
   * Remembers, durably, that the engine's files are complete.
   *
   * @param engine what the engine is called, for people who look into the file
   */
  public void markCreated(String engine) throws IOException {
    String created = "this directory belongs to an engine on " + engine + "\n";
    file.write(ByteBuffer.wrap(created.getBytes(UTF_8)), 0);
    file.force(true);
  }

  /** Whether it has not been closed. */
  public boolean isHeld() {
    return file.isOpen();
  }

  /** Lets others take the directory. Closing twice is harmless. */
  @Override
  public synchronized void close() {
    if (file.isOpen()) {
      release(real, file);
    }
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
