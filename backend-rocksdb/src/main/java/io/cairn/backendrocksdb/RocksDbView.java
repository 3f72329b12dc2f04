// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendrocksdb;

import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Pins;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.util.List;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Snapshot;

/** A snapshot, which keeps files and buffers that later commits would let go. */
final class RocksDbView implements StorageView {
  private final RocksDbEngine engine;
  private final RocksDB database;
  private final Snapshot snapshot;
  private final ReadOptions reads;
  private final Pins pins = new Pins(this::free);

  /** Takes over a pin of the engine. */
  RocksDbView(RocksDbEngine engine, RocksDB database) {
    this.engine = engine;
    this.database = database;
    snapshot = database.getSnapshot();
    reads = new ReadOptions().setSnapshot(snapshot);
  }

  @Override
  public void get(Table table, List<Bytes> keys, Found found) {
    pin();
    try {
      new RocksDbLookup(database, engine.family(table), reads).get(keys, found);
    } catch (RocksDBException e) {
      throw RocksDbFailures.of("read table '" + table.name() + "'", engine.directory(), e);
    } finally {
      unpin();
    }
  }

  @Override
  public Cursor scan(Table table, Bytes from, Bytes to) {
    return cursor(table, from, to, false);
  }

  @Override
  public Cursor scanReverse(Table table, Bytes from, Bytes to) {
    return cursor(table, from, to, true);
  }

  private Cursor cursor(Table table, Bytes from, Bytes to, boolean reverse) {
    pin();
    try {
      return new RocksDbCursor(this, engine.family(table), table, from, to, reverse);
    } catch (RuntimeException | Error e) {
      unpin();
      throw e;
    }
  }

  @Override
  public void close() {
    pins.close();
  }

  RocksDbEngine engine() {
    return engine;
  }

  RocksDB database() {
    return database;
  }

  Snapshot snapshot() {
    return snapshot;
  }

  void requireOpen() {
    if (pins.isClosed()) {
      throw new StorageException.Refused("the view is closed");
    }
  }

  void unpin() {
    pins.unpin();
  }

  private void pin() {
    if (!pins.pin()) {
      throw new StorageException.Refused("the view is closed");
    }
  }

  /** Runs once, when the view is closed and nothing reads from it. */
  private void free() {
    reads.close();
    database.releaseSnapshot(snapshot);
    engine.unpin();
  }
}
