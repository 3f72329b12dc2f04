// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendrocksdb;

import io.cairn.spi.storage.StorageException;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** What RocksDB's failures mean to an operator. */
final class RocksDbFailures {
  private RocksDbFailures() {}

  /** The failure of {@code what} on the engine in {@code directory}. */
  static StorageException of(String what, Path directory, RocksDBException e) {
    String message = "cannot " + what + " in '" + directory + "': " + e.getMessage();
    Status status = e.getStatus();
    if (status == null) {
      return new StorageException.Failed(message, e);
    }
    if (status.getSubCode() == Status.SubCode.NoSpace) {
      return new StorageException.Full(message, e);
    }
    return switch (status.getCode()) {
      case Corruption -> new StorageException.Damaged(message, e);
      case IOError -> ofIo(message, directory, e);
      case Ok,
          NotFound,
          NotSupported,
          InvalidArgument,
          MergeInProgress,
          Incomplete,
          ShutdownInProgress,
          TimedOut,
          Aborted,
          Busy,
          Expired,
          TryAgain,
          Undefined ->
          new StorageException.Failed(message, e);
    };
  }

  /** RocksDB has one code for all of these; only the text tells them apart. */
  private static StorageException ofIo(String message, Path directory, RocksDBException e) {
    if (message.contains("lock") && message.contains("LOCK")) {
      return new StorageException.InUse(
          "'" + directory + "' is open in another engine: " + e.getMessage(), e);
    }
    if (message.contains("No such file or directory")) {
      // One file names another that is not there.
      return new StorageException.Damaged(message, e);
    }
    return new StorageException.Failed(message, e);
  }
}
