// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendsqlite;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Walks over the rows of one statement, which SQLite finds as they are asked for. */
final class SqliteCursor implements Cursor {
  private enum Position {
    BEFORE,
    ON_ENTRY,
    AFTER,
    CLOSED
  }

  private final SqliteView view;
  private final Table table;
  private final Bytes from;
  private final Bytes to;
  private final String sql;
  private @Nullable PreparedStatement statement;
  private @Nullable ResultSet rows;
  private Position position;

  /** Takes over a pin of the view. */
  SqliteCursor(SqliteView view, Table table, Bytes from, Bytes to, boolean reverse) {
    this.view = view;
    this.table = table;
    this.from = from;
    this.to = to;
    boolean empty = !to.isEmpty() && from.compareTo(to) >= 0;
    position = empty ? Position.AFTER : Position.BEFORE;
    sql =
        "SELECT k, v FROM "
            + SqliteFile.quoted(table)
            + " WHERE k >= ?"
            + (to.isEmpty() ? "" : " AND k < ?")
            + (reverse ? " ORDER BY k DESC" : " ORDER BY k");
  }

  @Override
  public boolean next() {
    view.requireOpen();
    if (position == Position.AFTER || position == Position.CLOSED) {
      return false;
    }
    try {
      ResultSet present = rows;
      if (present == null) {
        present = begin();
      }
      if (present.next()) {
        position = Position.ON_ENTRY;
        return true;
      }
      position = Position.AFTER;
      return false;
    } catch (SQLException e) {
      position = Position.AFTER;
      throw view.failure(table, e);
    }
  }

  private ResultSet begin() throws SQLException {
    PreparedStatement borrowed = view.session().borrow(sql);
    statement = borrowed;
    borrowed.setBytes(1, SqliteWriter.array(from));
    if (!to.isEmpty()) {
      borrowed.setBytes(2, SqliteWriter.array(to));
    }
    ResultSet begun = borrowed.executeQuery();
    rows = begun;
    return begun;
  }

  @Override
  public Bytes key() {
    return column(1);
  }

  @Override
  public Bytes value() {
    return column(2);
  }

  private Bytes column(int number) {
    view.requireOpen();
    ResultSet present = rows;
    if (position != Position.ON_ENTRY || present == null) {
      throw new InvariantViolation("a cursor is read on an entry");
    }
    try {
      return bytes(present, number);
    } catch (SQLException e) {
      throw view.failure(table, e);
    }
  }

  /** A column; SQLite gives nothing for what is empty. */
  static Bytes bytes(ResultSet row, int number) throws SQLException {
    byte[] array = row.getBytes(number);
    return array == null ? Bytes.EMPTY : Bytes.of(array);
  }

  @Override
  public void close() {
    if (position == Position.CLOSED) {
      return;
    }
    position = Position.CLOSED;
    try {
      ResultSet present = rows;
      if (present != null) {
        present.close();
      }
      PreparedStatement borrowed = statement;
      if (borrowed != null) {
        view.session().giveBack(sql, borrowed);
      }
    } catch (SQLException e) {
      throw view.failure(table, e);
    } finally {
      view.unpin();
    }
  }
}
