// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendlmdb;

import dagger.Binds;
import dagger.Module;
import dagger.multibindings.IntoMap;
import dagger.multibindings.StringKey;
import io.cairn.spi.storage.StorageBackend;

/** Offers the LMDB backend to a distribution. */
@Module
public interface LmdbBackendModule {
  /** Under its configuration name. */
  @Binds
  @IntoMap
  @StringKey(LmdbBackend.NAME)
  StorageBackend bind(LmdbBackend backend);
}
