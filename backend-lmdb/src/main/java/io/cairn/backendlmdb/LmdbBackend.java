// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendlmdb;

import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import jakarta.inject.Inject;
import java.util.List;

/** Opens engines on LMDB. The native library is loaded by the first open. */
public final class LmdbBackend implements StorageBackend {
  /** How configuration chooses it. */
  public static final String NAME = "lmdb";

  private static final PluginDescriptor DESCRIPTOR =
      new PluginDescriptor(
          NAME,
          PluginDescriptor.Kind.STORAGE,
          PluginDescriptor.SPI_VERSION,
          "a memory-mapped B+tree; the best for many reads and long ranges",
          List.of(DURABLE));

  /** Does nothing yet. */
  @Inject
  public LmdbBackend() {}

  @Override
  public PluginDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public StorageEngine open(StorageOptions options) {
    LmdbLibrary.load(options.nativeDirectory());
    return LmdbEngine.open(options, LmdbEnvironment.MAP_BYTES_WANTED);
  }
}
