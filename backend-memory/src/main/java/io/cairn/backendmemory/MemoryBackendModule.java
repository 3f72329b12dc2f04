// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendmemory;

import dagger.Binds;
import dagger.Module;
import dagger.multibindings.IntoMap;
import dagger.multibindings.StringKey;
import io.cairn.spi.storage.StorageBackend;

/** Offers the heap backend to a distribution. */
@Module
public interface MemoryBackendModule {
  /** Under its configuration name. */
  @Binds
  @IntoMap
  @StringKey(MemoryBackend.NAME)
  StorageBackend bind(MemoryBackend backend);
}
