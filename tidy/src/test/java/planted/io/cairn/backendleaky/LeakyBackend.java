// SPDX-License-Identifier: Apache-2.0
package planted.io.cairn.backendleaky;

import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.tidy.Breaks;
import planted.io.cairn.kernel.Facade;

/** May be open, but not all of it. */
public abstract class LeakyBackend implements StorageBackend {
  @Breaks("PLUGINS_KNOW_ONLY_THE_SPI")
  final Facade kernel = new Facade();

  @Override
  public abstract PluginDescriptor descriptor();

  @Override
  public abstract StorageEngine open(StorageOptions options);

  /** Open as its surroundings. */
  @Breaks("BACKENDS_HIDE_THEIR_INSIDES")
  public static final class Page {}
}
