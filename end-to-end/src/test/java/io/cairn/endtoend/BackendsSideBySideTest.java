// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import io.cairn.backendlmdb.LmdbBackend;
import io.cairn.backendmemory.MemoryBackend;
import io.cairn.backendrocksdb.RocksDbBackend;
import io.cairn.backendsqlite.SqliteBackend;
import io.cairn.conformancetests.StorageDifferential;
import io.cairn.spi.storage.StorageBackend;
import java.util.List;

final class BackendsSideBySideTest extends StorageDifferential {
  @Override
  protected List<StorageBackend> backends() {
    return List.of(
        new LmdbBackend(), new MemoryBackend(), new RocksDbBackend(), new SqliteBackend());
  }
}
