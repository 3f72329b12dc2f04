// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendsqlite;

import io.cairn.spi.storage.StorageException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Carries SQLite's log into its file, beside commits and views.
 *
 * <p>The log starts again from its beginning at the first commit after a checkpoint that reached
 * its end while no view needed it. With commits coming all the time a checkpoint beside them may
 * never reach the end, so the writer runs one itself, with nobody committing, when the log has
 * become long; most is in the file by then. Only views that are older than the log's end can keep
 * it growing, and do so for as long as they are open.
 */
final class Checkpoints implements AutoCloseable {
  /** How much is committed before the thread begins. */
  private static final long EAGER_BYTES = 8 << 20;

  /** How long the log may become before the writer does not go on without it. */
  private static final long LOG_BYTES_MAX = 48 << 20;

  /** How much more is committed before the writer tries again when a view was in the way. */
  private static final long BETWEEN_ATTEMPTS_BYTES = 16 << 20;

  /** How long the writer waits for views that are about to end. */
  private static final int VIEW_MILLIS_MAX = 100;

  private final Session session;
  private final Path directory;
  private final Semaphore wanted = new Semaphore(0);

  /** Held during a checkpoint. Taken after the engine's writing lock, never before it. */
  private final ReentrantLock running = new ReentrantLock();

  /** How much has been committed. Written by the writer only. */
  private volatile long committedBytes;

  /** How much of it was there when the last checkpoint began. Written under {@link #running}. */
  private volatile long seenBytes;

  /** How long the log was at the last checkpoint. Written under {@link #running}. */
  private volatile long logBytes;

  /** The amount committed at which the writer tries next. Used by the writer only. */
  private long nextAttemptBytes;

  /** What ended the thread, for the writer to throw. Written once by the thread. */
  private volatile @Nullable StorageException failure;

  /** Set by close, read under {@link #running}. */
  private volatile boolean closed;

  Checkpoints(Session session, Path directory) throws SQLException {
    this.session = session;
    this.directory = directory;
    session.run("PRAGMA busy_timeout=" + VIEW_MILLIS_MAX);
    Thread.ofPlatform().daemon().name("sqlite-checkpoint").start(this::work);
  }

  /** Throws what made checkpoints impossible, if anything did. */
  void requireWorking() {
    StorageException failed = failure;
    if (failed != null) {
      throw failed;
    }
  }

  /** Told by the writer after each commit, with nobody committing. */
  void committed(long bytes) throws SQLException {
    long total = committedBytes + bytes;
    committedBytes = total;
    long sinceCheckpoint = total - seenBytes;
    if (logBytes + sinceCheckpoint > LOG_BYTES_MAX && total >= nextAttemptBytes) {
      nextAttemptBytes = total + BETWEEN_ATTEMPTS_BYTES;
      run("RESTART");
    } else if (sinceCheckpoint > EAGER_BYTES) {
      begin();
    }
  }

  /** Lets the thread run a checkpoint. */
  void begin() {
    if (wanted.availablePermits() == 0) {
      wanted.release();
    }
  }

  /** Empties the log and cuts its file off, unless a view needs it; nobody may be committing. */
  void empty() throws SQLException {
    run("TRUNCATE");
  }

  /** Carries over what is in the log; others may commit. */
  void carry() throws SQLException {
    run("PASSIVE");
  }

  private void run(String mode) throws SQLException {
    running.lock();
    try {
      if (closed) {
        return;
      }
      long seen = committedBytes;
      // Whether somebody was in the way, pages in the log, pages of these that are in the file.
      long[] result = session.numbers("PRAGMA wal_checkpoint(" + mode + ")", 3);
      seenBytes = seen;
      boolean startsAgain = !mode.equals("PASSIVE") && result[0] == 0;
      logBytes = startsAgain ? 0 : Math.max(0, result[1]) * SqliteFile.PAGE_BYTES;
    } finally {
      running.unlock();
    }
  }

  private void work() {
    try {
      while (!closed) {
        wanted.acquire();
        run("PASSIVE");
      }
    } catch (SQLException e) {
      failure = SqliteFailures.of("carry the log into the file", directory, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does that; a commit would find the log growing
    }
  }

  /** Waits for a running checkpoint; what has not been carried over stays in the log. */
  @Override
  public void close() throws SQLException {
    closed = true;
    wanted.release();
    running.lock();
    try {
      session.close();
    } finally {
      running.unlock();
    }
  }
}
