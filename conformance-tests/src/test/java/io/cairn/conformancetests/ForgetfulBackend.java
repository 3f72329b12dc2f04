// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import java.util.List;

/** A backend whose barriers miss the last commit, found by name in another process. */
public final class ForgetfulBackend implements StorageBackend {
  private final ModelBackend model = new ModelBackend(Flaw.S4_A_BARRIER_MISSES_THE_LAST_COMMIT);

  @Override
  public PluginDescriptor descriptor() {
    return new PluginDescriptor(
        "forgetful",
        PluginDescriptor.Kind.STORAGE,
        PluginDescriptor.SPI_VERSION,
        "loses what it promised to keep",
        List.of(DURABLE));
  }

  @Override
  public StorageEngine open(StorageOptions options) {
    return model.open(options);
  }
}
