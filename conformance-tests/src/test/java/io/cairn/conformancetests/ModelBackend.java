// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The simplest durable backend, and, on demand, a broken one. */
public final class ModelBackend implements StorageBackend {
  private final @Nullable Flaw flaw;

  /** One that keeps every rule. */
  public ModelBackend() {
    this(null);
  }

  ModelBackend(@Nullable Flaw flaw) {
    this.flaw = flaw;
  }

  @Override
  public PluginDescriptor descriptor() {
    return new PluginDescriptor(
        "model",
        PluginDescriptor.Kind.STORAGE,
        PluginDescriptor.SPI_VERSION,
        "a sorted map and a file",
        flaw == Flaw.S13_KEEPS_DATA_UNDECLARED ? List.of() : List.of(DURABLE));
  }

  @Override
  public StorageEngine open(StorageOptions options) {
    return new ModelEngine(options, flaw);
  }
}
