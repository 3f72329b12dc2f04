// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A backend that loses its lock when it refuses a second engine, as many would by accident. */
public final class UnlockingBackend implements StorageBackend {
  private final ModelBackend model = new ModelBackend();

  @Override
  public PluginDescriptor descriptor() {
    return new PluginDescriptor(
        "unlocking",
        PluginDescriptor.Kind.STORAGE,
        PluginDescriptor.SPI_VERSION,
        "looks at its lock once too often",
        List.of(DURABLE));
  }

  @Override
  public StorageEngine open(StorageOptions options) {
    try {
      return model.open(options);
    } catch (StorageException.InUse e) {
      try {
        FileChannel.open(options.directory().resolve("LOCK"), StandardOpenOption.WRITE).close();
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
      throw e;
    }
  }
}
