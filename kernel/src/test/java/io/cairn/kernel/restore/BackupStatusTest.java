// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.records.RevisionKey;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

final class BackupStatusTest {
  @Test
  void countsKeysThatExistAndHashesEverything() throws IOException {
    EtcdBuckets etcd =
        new EtcdBuckets()
            .put("a", 2, 2, 1, 0)
            .put("b", 3, 3, 1, 0)
            .tombstone("a", 4)
            .put("b", 5, 3, 2, 0)
            // What compaction has left of a key that was put before.
            .put("c", 6, 1, 9, 0)
            .put("a", 7, 7, 1, 0)
            .tombstone("b", 8)
            .meta("storageVersion", Bytes.utf8("3.7.0"))
            .meta("scheduledCompactRev", RevisionKey.firstOf(3));

    BackupStatus status = BackupStatus.of(etcd.backup());

    assertThat(status)
        .isEqualTo(
            new BackupStatus(hash(etcd), 8, 2, etcd.backup().database().databaseBytes(), "3.7.0"));
  }

  @Test
  void emptyStoreOfAnOlderEtcdHasNoRevision() throws IOException {
    BackupStatus status = BackupStatus.of(new EtcdBuckets().backup());

    assertThat(status.revision()).isZero();
    assertThat(status.keys()).isZero();
    assertThat(status.version()).isEmpty();
  }

  private static int hash(EtcdBuckets etcd) {
    CRC32C crc = new CRC32C();
    etcd.all.forEach((name, entries) -> {
      crc.update(name.getBytes(StandardCharsets.UTF_8));
      entries.forEach((key, value) -> {
        crc.update(key.toByteArray());
        crc.update(value.toByteArray());
      });
    });
    return (int) crc.getValue();
  }
}
