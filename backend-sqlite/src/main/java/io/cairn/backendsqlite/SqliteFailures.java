// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendsqlite;

import io.cairn.spi.storage.StorageException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteException;

/** What SQLite's failures mean to an operator. */
final class SqliteFailures {
  /** The low byte is the primary code, the rest says more. */
  private static final int PRIMARY_CODE = 0xff;

  private static final int BUSY = 5;
  private static final int IO_ERROR = 10;
  private static final int CORRUPT = 11;
  private static final int FULL = 13;
  private static final int FORMAT = 24;
  private static final int NOT_A_DATABASE = 26;

  private SqliteFailures() {}

  /** The failure of {@code what} on the engine in {@code directory}. */
  static StorageException of(String what, Path directory, SQLException e) {
    String message =
        "cannot " + what + " in '" + directory.resolve(SqliteFile.DATA) + "': " + e.getMessage();
    int code = e instanceof SQLiteException ours ? ours.getResultCode().code : e.getErrorCode();
    return switch (code & PRIMARY_CODE) {
      case FULL ->
          new StorageException.Full(message + "; free space on its file system, then restart", e);
      case CORRUPT, FORMAT, NOT_A_DATABASE ->
          new StorageException.Damaged(
              message + "; restore the member from a backup or from the other members", e);
      case BUSY ->
          new StorageException.Failed(
              message + "; another program has the file open, which must not be", e);
      case IO_ERROR ->
          new StorageException.Failed(message + "; look at the medium, and at quotas", e);
      default -> new StorageException.Failed(message, e);
    };
  }
}
