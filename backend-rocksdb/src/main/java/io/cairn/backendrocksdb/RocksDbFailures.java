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
    if (status.getSubCode() == Status.SubCode.NoSpace || saysThatThereIsNoSpace(e)) {
      return new StorageException.Full(
          message + "; free space on its file system, then restart", e);
    }
    return switch (status.getCode()) {
      case Corruption -> damaged(message, e);
      case IOError -> ofIo(message, e);
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

  /** An open that fails for want of space says so in its text only; so does a quota, always. */
  private static boolean saysThatThereIsNoSpace(RocksDBException e) {
    String text = String.valueOf(e.getMessage());
    return text.contains("No space left on device") || text.contains("Disk quota exceeded");
  }

  /** RocksDB has one code for all of these; only the text tells them apart. */
  private static StorageException ofIo(String message, RocksDBException e) {
    // One file names another that is not there.
    return message.contains("No such file or directory")
        ? damaged(message, e)
        : new StorageException.Failed(message, e);
  }

  private static StorageException damaged(String message, RocksDBException e) {
    return new StorageException.Damaged(
        message + "; restore the member from a backup or from the other members", e);
  }
}
