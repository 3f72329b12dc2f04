// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendlmdb;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.Pins;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageSize;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An environment with a database per table.
 *
 * <p>Views never wait for commits, nor commits for views: a view reads pages that no later commit
 * touches. What a commit replaces is free for use once no view is older; until then the file grows.
 */
final class LmdbEngine implements StorageEngine {
  private static final String CLOSED = "the engine is closed";

  private final LmdbEnvironment environment;
  private final Pins pins = new Pins(this::free);

  /** Held by commit, barrier and close: close waits for them (S11). */
  private final ReentrantLock writing = new ReentrantLock();

  /** Guarded by {@link #writing}. */
  private final Exchange exchange = new Exchange();

  /** Why all work is refused, if it is. Written under {@link #writing}, read by any thread. */
  private volatile @Nullable String refusal;

  private LmdbEngine(LmdbEnvironment environment) {
    this.environment = environment;
  }

  static LmdbEngine open(StorageOptions options, long mapBytesWanted) {
    return new LmdbEngine(
        LmdbEnvironment.open(options.directory(), options.tables(), mapBytesWanted));
  }

  @Override
  public StorageView view() {
    pin();
    try {
      return new LmdbView(this);
    } catch (RuntimeException | Error e) {
      unpin();
      throw e;
    }
  }

  @Override
  public void commit(List<Mutation> mutations) {
    writing.lock();
    try {
      requireUsable();
      boolean written = false;
      long txn = 0;
      try {
        txn = environment.begin(exchange, 0);
        LmdbWriter writer = new LmdbWriter(this, exchange, txn);
        for (Mutation mutation : mutations) {
          writer.apply(mutation);
        }
        long complete = txn;
        txn = 0;
        LmdbFailures.check(Lmdb.txnCommit(complete), "commit", directory());
        written = true;
      } finally {
        if (!written) {
          refusal = "an earlier commit failed; open it anew";
        }
        if (txn != 0) {
          Lmdb.txnAbort(txn);
        }
      }
    } finally {
      writing.unlock();
    }
  }

  /** Every commit has been synced when it returns. */
  @Override
  public void barrier() {
    writing.lock();
    try {
      requireUsable();
    } finally {
      writing.unlock();
    }
  }

  @Override
  public StorageSize size() {
    pin();
    try (Exchange own = new Exchange()) {
      long txn = environment.begin(own, Lmdb.RDONLY);
      try {
        long pageBytes = pageBytes(own, txn);
        long pages = 2; // the two that name the state
        for (int database = Lmdb.FREE_DATABASE; database <= Lmdb.MAIN_DATABASE; database++) {
          pages += pages(own, txn, database);
        }
        for (int database : environment.databases().values()) {
          pages += pages(own, txn, database);
        }
        long allocated = environment.allocatedBytes(own, pageBytes);
        return new StorageSize(allocated, Math.min(allocated, pages * pageBytes));
      } finally {
        Lmdb.txnAbort(txn);
      }
    } finally {
      unpin();
    }
  }

  private long pageBytes(Exchange own, long txn) {
    LmdbFailures.check(
        Lmdb.stat(txn, Lmdb.MAIN_DATABASE, own.report()), "tell the size", directory());
    return Lmdb.getInt(own.report());
  }

  /** How many pages a database has: inner ones, leaves, and those of long values. */
  private long pages(Exchange own, long txn, int database) {
    LmdbFailures.check(Lmdb.stat(txn, database, own.report()), "tell the size", directory());
    return Lmdb.getLong(own.report() + 8)
        + Lmdb.getLong(own.report() + 16)
        + Lmdb.getLong(own.report() + 24);
  }

  /** Does nothing: the file keeps its size, and later commits use what is free in it. */
  @Override
  public void reclaim() {
    requireUsable();
  }

  @Override
  public void close() {
    writing.lock();
    try {
      if (CLOSED.equals(refusal)) {
        return;
      }
      refusal = CLOSED;
      exchange.close();
    } finally {
      writing.unlock();
    }
    unpin();
  }

  LmdbEnvironment environment() {
    return environment;
  }

  Path directory() {
    return environment.directory();
  }

  int database(Table table) {
    Integer database = environment.databases().get(table);
    if (database == null) {
      throw new InvariantViolation("no table '" + table.name() + "' was named at the open");
    }
    return database;
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
  private void free() {
    environment.close();
  }
}
