// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendsqlite;

import dagger.Binds;
import dagger.Module;
import dagger.multibindings.IntoMap;
import dagger.multibindings.StringKey;
import io.cairn.spi.storage.StorageBackend;

/** Offers the SQLite backend to a distribution. */
@Module
public interface SqliteBackendModule {
  /** Under its configuration name. */
  @Binds
  @IntoMap
  @StringKey(SqliteBackend.NAME)
  StorageBackend bind(SqliteBackend backend);
}
