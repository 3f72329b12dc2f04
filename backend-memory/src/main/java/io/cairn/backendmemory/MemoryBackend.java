// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendmemory;

import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import jakarta.inject.Inject;
import java.util.List;

/**
 * Opens engines that keep everything on the heap and forget it when they are closed.
 *
 * <p>It declines {@link StorageBackend#DURABLE}: every open starts empty (S13), and directory,
 * memory bound and native directory of the options are ignored.
 */
public final class MemoryBackend implements StorageBackend {
  /** How configuration chooses it. */
  public static final String NAME = "memory";

  private static final PluginDescriptor DESCRIPTOR =
      new PluginDescriptor(
          NAME,
          PluginDescriptor.Kind.STORAGE,
          PluginDescriptor.SPI_VERSION,
          "keeps everything on the heap; nothing survives a restart",
          List.of());

  /** Does nothing yet. */
  @Inject
  public MemoryBackend() {}

  @Override
  public PluginDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public StorageEngine open(StorageOptions options) {
    return new MemoryEngine(options.tables());
  }
}
