// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import dagger.Module;
import io.cairn.backendlmdb.LmdbBackendModule;
import io.cairn.backendmemory.MemoryBackendModule;
import io.cairn.backendrocksdb.RocksDbBackendModule;
import io.cairn.backendsqlite.SqliteBackendModule;

/** The storage backends of this distribution, for its server and its tools alike. */
@Module(
    includes = {
      LmdbBackendModule.class,
      MemoryBackendModule.class,
      RocksDbBackendModule.class,
      SqliteBackendModule.class
    })
interface StorageModule {}
