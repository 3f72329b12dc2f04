// SPDX-License-Identifier: Apache-2.0
package com.example.toybackend;

import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import java.util.List;

/** Opens toy engines; chosen with {@code --backend toy}. */
public final class ToyBackend implements StorageBackend {
  @Override
  public PluginDescriptor descriptor() {
    return new PluginDescriptor(
        "toy",
        PluginDescriptor.Kind.STORAGE,
        PluginDescriptor.SPI_VERSION,
        "a sorted map in memory, written out by every barrier",
        List.of(DURABLE));
  }

  @Override
  public StorageEngine open(StorageOptions options) {
    return new ToyEngine(options);
  }
}
