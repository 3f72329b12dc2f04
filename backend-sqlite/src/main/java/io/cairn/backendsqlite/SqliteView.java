// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendsqlite;

import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Pins;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.sql.SQLException;
import java.util.List;

/** A read transaction, which keeps SQLite's log from starting again. */
final class SqliteView implements StorageView {
  private final SqliteEngine engine;
  private final Session session;
  private final Pins pins = new Pins(this::release);

  /** Takes over a pin of the engine. */
  SqliteView(SqliteEngine engine) throws SQLException {
    this.engine = engine;
    session = engine.readers().begin();
  }

  @Override
  public void get(Table table, List<Bytes> keys, Found found) {
    pin();
    try {
      engine.requireKnown(table);
      new SqliteLookup(session, table).get(keys, found);
    } catch (SQLException e) {
      throw failure(table, e);
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
      engine.requireKnown(table);
      return new SqliteCursor(this, table, from, to, reverse);
    } catch (RuntimeException | Error e) {
      unpin();
      throw e;
    }
  }

  Session session() {
    return session;
  }

  StorageException failure(Table table, SQLException e) {
    return SqliteFailures.of("read table '" + table.name() + "'", engine.directory(), e);
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
  private void release() {
    try {
      engine.readers().end(session);
    } catch (SQLException e) {
      throw SqliteFailures.of("end a view", engine.directory(), e);
    } finally {
      engine.unpin();
    }
  }
}
