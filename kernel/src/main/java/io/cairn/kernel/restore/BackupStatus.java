// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.restore;

import io.cairn.kernel.backup.BucketEntries;
import io.cairn.kernel.index.IndexLoader;
import io.cairn.kernel.index.KeyIndex;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * What etcd's tools tell of a backup.
 *
 * @param hash CRC-32C over the names, keys and values of all buckets
 * @param revision of the newest record, 0 without any
 * @param keys that exist at that revision
 * @param bytes of the database
 * @param version of etcd's storage; empty before 3.6
 */
public record BackupStatus(int hash, long revision, long keys, long bytes, String version) {

  /** Reads everything; needs the memory outside the heap that a member's index of keys takes. */
  public static BackupStatus of(Backup backup) throws IOException {
    CRC32C crc = new CRC32C();
    for (String name : backup.database().buckets()) {
      crc.update(name.getBytes(StandardCharsets.UTF_8));
      BucketEntries entries = backup.database().entries(name);
      while (entries.next()) {
        update(crc, entries.key());
        update(crc, entries.value());
      }
    }
    try (KeyIndex index = new KeyIndex()) {
      IndexLoader loader = index.loader(1);
      HistoryEntries history = new HistoryEntries(backup);
      try (IndexLoader.Partition keys = loader.partition(0)) {
        while (history.next()) {
          keys.add(
              history.content().key(),
              history.at().main(),
              history.at().sub(),
              history.at().tombstone(),
              history.content().createRevision(),
              history.content().version());
        }
      }
      long alive = loader.finish(history.newest()).alive();
      return new BackupStatus(
          (int) crc.getValue(),
          history.at().main(),
          alive,
          backup.database().databaseBytes(),
          backup.storageVersion());
    }
  }

  private static void update(CRC32C crc, Bytes bytes) {
    crc.update(bytes.array(), bytes.offset(), bytes.length());
  }
}
