// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendsqlite;

import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns mutations into statements of several rows: a statement costs more than a row, so 32 rows at
 * once take a third of the CPU of single ones.
 *
 * <p>Runs of puts, or of deletions, of one table are collected and executed in order when something
 * else comes, or at the end.
 */
final class SqliteWriter {
  /** How many rows a statement may have, largest first. */
  private static final int[] ROWS = {32, 8, 1};

  /** Bounds what a statement holds at once; a longer value goes alone. */
  private static final int RUN_BYTES_MAX = 512 << 10;

  /** What the log takes for a change beside its bytes, roughly. */
  private static final int OVERHEAD_BYTES = 32;

  private record Shape(Table table, boolean puts, int rows) {}

  private final Session session;
  private final Map<Shape, PreparedStatement> statements = new LinkedHashMap<>();
  private final List<Mutation> run = new ArrayList<>();
  private @Nullable Table runTable;
  private boolean runOfPuts;
  private int runBytes;
  private long bytes;

  SqliteWriter(Session session) {
    this.session = session;
  }

  /** Applies a batch; returns about how many bytes that was. The caller begins and commits. */
  long apply(List<Mutation> batch) throws SQLException {
    bytes = 0;
    for (Mutation mutation : batch) {
      switch (mutation) {
        case Mutation.Put put -> add(put, true, put.key().length() + put.value().length());
        case Mutation.Delete delete -> add(delete, false, delete.key().length());
        case Mutation.DeleteRange range -> {
          flush();
          deleteRange(range);
        }
      }
    }
    flush();
    return bytes;
  }

  /** Drops what a failed batch has left. */
  void forget() {
    run.clear();
    runBytes = 0;
  }

  private void add(Mutation mutation, boolean isPut, int mutationBytes) throws SQLException {
    boolean fits =
        runOfPuts == isPut
            && mutation.table().equals(runTable)
            && run.size() < ROWS[0]
            && runBytes + mutationBytes <= RUN_BYTES_MAX;
    if (!fits) {
      flush();
      runTable = mutation.table();
      runOfPuts = isPut;
    }
    run.add(mutation);
    runBytes += mutationBytes;
    bytes += mutationBytes + OVERHEAD_BYTES;
  }

  private void flush() throws SQLException {
    int done = 0;
    Table table = runTable;
    while (table != null && done < run.size()) {
      int rows = ROWS[0];
      for (int candidate : ROWS) {
        if (candidate <= run.size() - done) {
          rows = candidate;
          break;
        }
      }
      execute(new Shape(table, runOfPuts, rows), done);
      done += rows;
    }
    run.clear();
    runBytes = 0;
  }

  private void execute(Shape shape, int first) throws SQLException {
    PreparedStatement statement = statement(shape);
    int parameter = 1;
    for (int i = first; i < first + shape.rows(); i++) {
      switch (run.get(i)) {
        case Mutation.Put put -> {
          statement.setBytes(parameter++, array(put.key()));
          statement.setBytes(parameter++, array(put.value()));
        }
        case Mutation.Delete delete -> statement.setBytes(parameter++, array(delete.key()));
        case Mutation.DeleteRange _ -> throw new IllegalStateException("is in no run");
      }
    }
    statement.executeUpdate();
    statement.clearParameters();
  }

  private PreparedStatement statement(Shape shape) throws SQLException {
    PreparedStatement statement = statements.get(shape);
    if (statement == null) {
      statement = session.borrow(sql(shape));
      statements.put(shape, statement);
    }
    return statement;
  }

  /** REPLACE into a table without row numbers looks for nothing to replace, it just writes. */
  private static String sql(Shape shape) {
    String table = SqliteFile.quoted(shape.table());
    return shape.puts()
        ? "REPLACE INTO " + table + " (k, v) VALUES (?, ?)" + ", (?, ?)".repeat(shape.rows() - 1)
        : "DELETE FROM " + table + " WHERE k IN (?" + ", ?".repeat(shape.rows() - 1) + ")";
  }

  private void deleteRange(Mutation.DeleteRange range) throws SQLException {
    String sql = "DELETE FROM " + SqliteFile.quoted(range.table()) + " WHERE k >= ?";
    if (!range.to().isEmpty()) {
      sql += " AND k < ?";
    }
    PreparedStatement statement = session.borrow(sql);
    statement.setBytes(1, array(range.from()));
    if (!range.to().isEmpty()) {
      statement.setBytes(2, array(range.to()));
    }
    bytes += (long) statement.executeUpdate() * OVERHEAD_BYTES;
    session.giveBack(sql, statement);
  }

  /** An array with just these bytes; not copied if there is one. */
  static byte[] array(Bytes bytes) {
    return bytes.compact().array();
  }
}
