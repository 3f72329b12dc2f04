// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendsqlite;

import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import jakarta.inject.Inject;
import java.util.List;

/** Opens engines on SQLite. The native library is loaded by the first open. */
public final class SqliteBackend implements StorageBackend {
  /** How configuration chooses it. */
  public static final String NAME = "sqlite";

  private static final PluginDescriptor DESCRIPTOR =
      new PluginDescriptor(
          NAME,
          PluginDescriptor.Kind.STORAGE,
          PluginDescriptor.SPI_VERSION,
          "one file in the most widely read format there is; the easiest to look into",
          List.of(DURABLE));

  /** Does nothing yet. */
  @Inject
  public SqliteBackend() {}

  @Override
  public PluginDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public StorageEngine open(StorageOptions options) {
    SqliteLibrary.load(options.nativeDirectory());
    return SqliteEngine.open(options);
  }
}
