// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendsqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A connection that keeps the statements it has prepared.
 *
 * <p>A statement is borrowed by one user at a time; the texts are few, so what is kept is bounded
 * by how many users of one text there ever were at once. Safe for threads, as SQLite's connections
 * are.
 */
final class Session implements AutoCloseable {
  /** How many idle statements of one text are kept. */
  private static final int KEPT_MAX = 4;

  private final Connection connection;

  /** Guarded by this, which is never held while SQLite works. */
  private final Map<String, Deque<PreparedStatement>> idle = new LinkedHashMap<>();

  Session(Connection connection) {
    this.connection = connection;
  }

  /** A statement for {@code sql}, to be given back. */
  PreparedStatement borrow(String sql) throws SQLException {
    synchronized (idle) {
      Deque<PreparedStatement> kept = idle.get(sql);
      if (kept != null && !kept.isEmpty()) {
        return kept.pop();
      }
    }
    return connection.prepareStatement(sql);
  }

  /** Keeps a statement, without what was bound to it, for the next who borrows. */
  void giveBack(String sql, PreparedStatement statement) throws SQLException {
    statement.clearParameters();
    synchronized (idle) {
      Deque<PreparedStatement> kept = idle.computeIfAbsent(sql, _ -> new ArrayDeque<>());
      if (kept.size() < KEPT_MAX) {
        kept.push(statement);
        return;
      }
    }
    statement.close();
  }

  /** Runs a statement that gives at most one row, which is of no interest. */
  void run(String sql) throws SQLException {
    PreparedStatement statement = borrow(sql);
    if (statement.execute()) {
      statement.getResultSet().close();
    }
    giveBack(sql, statement);
  }

  /**
   * Runs a statement that does a part of its work per row, to its end. The driver takes a prepared
   * statement whose rows have no columns for finished after the first.
   */
  void runToTheEnd(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  /** The numbers in the first row. */
  long[] numbers(String sql, int count) throws SQLException {
    PreparedStatement statement = borrow(sql);
    long[] numbers = new long[count];
    try (ResultSet rows = statement.executeQuery()) {
      rows.next();
      for (int i = 0; i < count; i++) {
        numbers[i] = rows.getLong(i + 1);
      }
    }
    giveBack(sql, statement);
    return numbers;
  }

  Connection connection() {
    return connection;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
