// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendrocksdb;

import dagger.Binds;
import dagger.Module;
import dagger.multibindings.IntoMap;
import dagger.multibindings.StringKey;
import io.cairn.spi.storage.StorageBackend;

/** Offers the RocksDB backend to a distribution. */
@Module
public interface RocksDbBackendModule {
  /** Under its configuration name. */
  @Binds
  @IntoMap
  @StringKey(RocksDbBackend.NAME)
  StorageBackend bind(RocksDbBackend backend);
}
