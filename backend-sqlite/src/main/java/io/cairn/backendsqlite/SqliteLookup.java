// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendsqlite;

import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks up keys, several by one statement where there are several: running a statement costs more
 * than finding a key.
 */
final class SqliteLookup {
  /** Bounds the values that are held until they can be reported in order. */
  private static final int KEYS_AT_ONCE = 16;

  private final Session session;
  private final Table table;

  SqliteLookup(Session session, Table table) {
    this.session = session;
    this.table = table;
  }

  void get(List<Bytes> keys, StorageView.Found found) throws SQLException {
    int position = 0;
    while (keys.size() - position >= KEYS_AT_ONCE) {
      get(keys, position, KEYS_AT_ONCE, found);
      position += KEYS_AT_ONCE;
    }
    for (; position < keys.size(); position++) {
      get(keys, position, 1, found);
    }
  }

  private void get(List<Bytes> keys, int first, int count, StorageView.Found found)
      throws SQLException {
    String sql =
        count == 1
            ? "SELECT k, v FROM " + SqliteFile.quoted(table) + " WHERE k = ?"
            : "SELECT k, v FROM "
                + SqliteFile.quoted(table)
                + " WHERE k IN (?"
                + ", ?".repeat(count - 1)
                + ")";
    Map<Bytes, Bytes> values = new HashMap<>(); // only looked up in, never walked over
    PreparedStatement statement = session.borrow(sql);
    for (int i = 0; i < count; i++) {
      statement.setBytes(i + 1, SqliteWriter.array(keys.get(first + i)));
    }
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        values.put(SqliteCursor.bytes(rows, 1), SqliteCursor.bytes(rows, 2));
      }
    }
    session.giveBack(sql, statement);
    for (int i = first; i < first + count; i++) {
      Bytes value = values.get(keys.get(i));
      if (value != null) {
        found.value(i, value);
      }
    }
  }
}
