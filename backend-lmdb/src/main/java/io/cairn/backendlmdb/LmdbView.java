// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendlmdb;

import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Pins;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.util.List;

/**
 * A read transaction, which keeps the pages of its state from being used again.
 *
 * <p>Reading does not change a transaction, so any number of threads may; only the first use of a
 * table does, and that is part of opening a cursor.
 */
final class LmdbView implements StorageView {
  private final LmdbEngine engine;
  private final long txn;
  private final Pins pins = new Pins(this::free);

  /** Held while a cursor is opened; taken alone. */
  private final Object opening = new Object();

  /** Takes over a pin of the engine. */
  LmdbView(LmdbEngine engine) {
    this.engine = engine;
    try (Exchange exchange = new Exchange()) {
      txn = engine.environment().begin(exchange, Lmdb.RDONLY);
    }
  }

  @Override
  public void get(Table table, List<Bytes> keys, Found found) {
    pin();
    try (Exchange exchange = new Exchange()) {
      long cursor = openCursor(exchange, table);
      try {
        int position = 0;
        for (Bytes key : keys) {
          exchange.putKey(key);
          // Looks into the page that it stands on first, which is where ascending keys are.
          int result = Lmdb.cursorGet(cursor, exchange.key(), exchange.value(), Lmdb.SET);
          if (result == 0) {
            byte[] value = new byte[exchange.valueLength()];
            Lmdb.copyOut(exchange.valueAddress(), value, 0, value.length);
            found.value(position, Bytes.of(value));
          } else if (result != Lmdb.NOTFOUND) {
            throw failure(result, table);
          }
          position++;
        }
      } finally {
        Lmdb.cursorClose(cursor);
      }
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
    Exchange exchange = new Exchange();
    try {
      long cursor = openCursor(exchange, table);
      return new LmdbCursor(this, exchange, cursor, table, from, to, reverse);
    } catch (RuntimeException | Error e) {
      exchange.close();
      unpin();
      throw e;
    }
  }

  private long openCursor(Exchange exchange, Table table) {
    int result;
    synchronized (opening) {
      result = Lmdb.cursorOpen(txn, engine.database(table), exchange.result());
    }
    if (result != 0) {
      throw failure(result, table);
    }
    return Lmdb.getLong(exchange.result());
  }

  StorageException failure(int result, Table table) {
    return LmdbFailures.of(result, "read table '" + table.name() + "'", engine.directory());
  }

  @Override
  public void close() {
    pins.close();
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
    Lmdb.txnAbort(txn);
    engine.unpin();
  }
}
