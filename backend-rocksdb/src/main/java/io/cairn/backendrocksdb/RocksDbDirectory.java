// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendrocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.Table;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** Looks at a directory before RocksDB does, for what RocksDB would silently accept. */
final class RocksDbDirectory {
  private RocksDbDirectory() {}

  /**
   * Throws if the directory holds a table that is not asked for (S12), or data without the file
   * that every database has: RocksDB would then begin an empty one.
   */
  static void check(Path directory, List<Table> tables) {
    if (!Files.exists(directory.resolve("CURRENT"))) {
      // Without data it is new, or its creation was interrupted.
      try (DirectoryStream<Path> data = Files.newDirectoryStream(directory, "*.sst")) {
        if (data.iterator().hasNext()) {
          throw new StorageException.Damaged(
              "'" + directory + "' has data files but no file 'CURRENT'; restore the directory");
        }
      } catch (IOException e) {
        throw new StorageException.Failed("cannot read the directory '" + directory + "'", e);
      }
      return;
    }
    try (Options options = new Options()) {
      for (byte[] stored : RocksDB.listColumnFamilies(options, directory.toString())) {
        String name = new String(stored, UTF_8);
        boolean known =
            name.equals("default") || tables.stream().anyMatch(table -> table.name().equals(name));
        if (!known) {
          throw new StorageException.Damaged(
              "'" + directory + "' has the table '" + name + "', which this version does not know");
        }
      }
    } catch (RocksDBException e) {
      throw RocksDbFailures.of("list the tables", directory, e);
    }
  }
}
