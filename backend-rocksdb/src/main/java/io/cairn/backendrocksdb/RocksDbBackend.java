// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendrocksdb;

import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import jakarta.inject.Inject;
import java.util.List;

/** Opens engines on RocksDB. The native library is loaded by the first open. */
public final class RocksDbBackend implements StorageBackend {
  /** How configuration chooses it. */
  public static final String NAME = "rocksdb";

  private static final PluginDescriptor DESCRIPTOR =
      new PluginDescriptor(
          NAME,
          PluginDescriptor.Kind.STORAGE,
          PluginDescriptor.SPI_VERSION,
          "log-structured files, compressed; the best for many writes and little memory",
          List.of(DURABLE));

  /** Does nothing yet. */
  @Inject
  public RocksDbBackend() {}

  @Override
  public PluginDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public StorageEngine open(StorageOptions options) {
    RocksDbLibrary.load(options.nativeDirectory());
    return RocksDbEngine.open(options);
  }
}
