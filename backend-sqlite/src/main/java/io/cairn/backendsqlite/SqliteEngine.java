// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendsqlite;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.Pins;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageSize;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A file with a SQL table per table. */
final class SqliteEngine implements StorageEngine {
  private static final String CLOSED = "the engine is closed";

  /** How many pages reclaiming moves at a time; nobody commits meanwhile. */
  private static final int PAGES_RECLAIMED_AT_ONCE = 64;

  private final SqliteFile file;
  private final List<Table> tables;
  private final Session writing;
  private final SqliteWriter writer;
  private final Readers readers;
  private final Checkpoints checkpoints;
  private final Pins pins = new Pins(this::release);

  /**
   * Held by commit, barrier, close and each step of reclaiming: close waits for them (S11). Fair,
   * so that commits come in between the steps.
   */
  private final ReentrantLock writes = new ReentrantLock(true);

  /**
   * Whether something may not be durable yet; what an earlier life of the file has left is not
   * known to be. Guarded by {@link #writes}.
   */
  private boolean unsynced = true;

  /** Guarded by {@link #writes}. */
  private long barriers;

  /** Why all work is refused, if it is. Written under {@link #writes}, read by any thread. */
  private volatile @Nullable String refusal;

  private SqliteEngine(
      SqliteFile file, List<Table> tables, Session writing, Checkpoints checkpoints) {
    this.file = file;
    this.tables = tables;
    this.writing = writing;
    this.checkpoints = checkpoints;
    writer = new SqliteWriter(writing);
    readers = new Readers(file);
  }

  static SqliteEngine open(StorageOptions options) {
    SqliteFile file = SqliteFile.lock(options.directory(), options.memoryBytesMax());
    Session writing = null;
    boolean complete = false;
    try {
      writing = file.openWriter(options.tables());
      Checkpoints checkpoints = new Checkpoints(file.openCheckpointer(), options.directory());
      complete = true;
      return new SqliteEngine(file, options.tables(), writing, checkpoints);
    } catch (SQLException e) {
      throw SqliteFailures.of("open the store", options.directory(), e);
    } catch (IOException e) {
      throw new StorageException.Failed(
          "cannot open the store in '" + options.directory() + "'", e);
    } finally {
      if (!complete) {
        closeUnopened(file, writing);
      }
    }
  }

  private static void closeUnopened(SqliteFile file, @Nullable Session writing) {
    try (file) {
      if (writing != null) {
        writing.close();
      }
    } catch (SQLException e) {
      throw SqliteFailures.of("close the store", file.directory(), e);
    }
  }

  @Override
  public StorageView view() {
    pin();
    try {
      return new SqliteView(this);
    } catch (SQLException e) {
      unpin();
      throw SqliteFailures.of("take a view", directory(), e);
    } catch (RuntimeException | Error e) {
      unpin();
      throw e;
    }
  }

  @Override
  public void commit(List<Mutation> mutations) {
    writes.lock();
    try {
      requireUsable();
      boolean written = false;
      try {
        checkpoints.requireWorking();
        unsynced = true;
        writing.run("BEGIN IMMEDIATE");
        long bytes = writer.apply(mutations);
        writing.run("COMMIT");
        checkpoints.committed(bytes);
        written = true;
      } catch (SQLException e) {
        throw SqliteFailures.of("commit", directory(), e);
      } finally {
        if (!written) {
          refuse("an earlier commit failed; open it anew");
        }
      }
    } finally {
      writes.unlock();
    }
  }

  /** One small commit that is synced, and with it everything before it in SQLite's log. */
  @Override
  public void barrier() {
    writes.lock();
    try {
      requireUsable();
      boolean synced = false;
      try {
        checkpoints.requireWorking();
        if (unsynced) {
          writing.run("PRAGMA synchronous=FULL");
          writing.run("PRAGMA user_version=" + (int) ++barriers);
          writing.run("PRAGMA synchronous=NORMAL");
          unsynced = false;
        }
        synced = true;
      } catch (SQLException e) {
        throw SqliteFailures.of("make commits durable", directory(), e);
      } finally {
        if (!synced) {
          refuse("an earlier barrier failed; open it anew");
        }
      }
    } finally {
      writes.unlock();
    }
  }

  /** Refuses all work from now on, and rolls back what a failed batch has written. */
  private void refuse(String why) {
    refusal = why;
    writer.forget();
    try {
      writing.run("ROLLBACK");
    } catch (SQLException e) {
      // There is no transaction any more: the failure has ended it, and not by committing it.
      return;
    }
  }

  @Override
  public StorageSize size() {
    pin();
    try {
      Session session = readers.begin();
      long[] pages;
      try {
        pages =
            session.numbers(
                "SELECT page_count, freelist_count FROM pragma_page_count, pragma_freelist_count",
                2);
      } finally {
        readers.end(session);
      }
      long allocated = file.bytes();
      long inUse = (pages[0] - pages[1]) * SqliteFile.PAGE_BYTES;
      return new StorageSize(allocated, Math.min(allocated, inUse));
    } catch (SQLException e) {
      throw SqliteFailures.of("tell the size", directory(), e);
    } catch (IOException e) {
      throw new StorageException.Failed("cannot tell the size of '" + directory() + "'", e);
    } finally {
      unpin();
    }
  }

  /**
   * Moves the last pages of the file into free ones and cuts the file off, a few pages at a time,
   * and empties the log.
   */
  @Override
  public void reclaim() {
    pin();
    try {
      long free = freePages();
      // What others free meanwhile is left for the next time, so this ends.
      for (long done = 0; done < free; done += PAGES_RECLAIMED_AT_ONCE) {
        reclaimSome();
      }
      checkpoints.carry();
      writes.lock();
      try {
        requireUsable();
        checkpoints.empty();
      } finally {
        writes.unlock();
      }
    } catch (SQLException e) {
      throw SqliteFailures.of("reclaim space", directory(), e);
    } finally {
      unpin();
    }
  }

  private long freePages() throws SQLException {
    writes.lock();
    try {
      requireUsable();
      return writing.numbers("PRAGMA freelist_count", 1)[0];
    } finally {
      writes.unlock();
    }
  }

  private void reclaimSome() throws SQLException {
    writes.lock();
    try {
      requireUsable();
      checkpoints.requireWorking();
      unsynced = true;
      writing.runToTheEnd("PRAGMA incremental_vacuum(" + PAGES_RECLAIMED_AT_ONCE + ")");
      checkpoints.committed((long) PAGES_RECLAIMED_AT_ONCE * SqliteFile.PAGE_BYTES);
    } finally {
      writes.unlock();
    }
  }

  @Override
  public void close() {
    writes.lock();
    try {
      if (CLOSED.equals(refusal)) {
        return;
      }
      refusal = CLOSED;
    } finally {
      writes.unlock();
    }
    try {
      checkpoints.close();
      writing.close();
    } catch (SQLException e) {
      throw SqliteFailures.of("close the store", directory(), e);
    } finally {
      unpin();
    }
  }

  Path directory() {
    return file.directory();
  }

  Readers readers() {
    return readers;
  }

  void requireKnown(Table table) {
    if (!tables.contains(table)) {
      throw new InvariantViolation("no table '" + table.name() + "' was named at the open");
    }
  }

  void unpin() {
    pins.unpin();
  }

  private void pin() {
    requireUsable();
    if (!pins.pin()) {
      throw new StorageException.Refused(CLOSED);
    }
  }

  private void requireUsable() {
    String why = refusal;
    if (why != null) {
      throw new StorageException.Refused(why);
    }
  }

  /** Runs once, when the engine is closed and no view is left. */
  private void release() {
    try (file) {
      readers.close();
    } catch (SQLException e) {
      throw SqliteFailures.of("close the store", file.directory(), e);
    }
  }
}
