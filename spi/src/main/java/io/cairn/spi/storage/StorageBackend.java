// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.storage;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.plugin.PluginDescriptor;

/**
 * Opens storage engines of one kind. Found by {@link java.util.ServiceLoader} or bound at compile
 * time; creating a backend does nothing yet, in particular it loads no native library.
 *
 * <p><b>Threads.</b> Any, also for several engines in different directories at once.
 * <b>Blocking.</b> {@link #open} may, for as long as it takes to bring the engine up.
 * <b>Failure.</b> {@link StorageException} and nothing else.
 */
@ThreadSafe
public interface StorageBackend {
  /** The capability of keeping data over a restart (S13). */
  String DURABLE = "durable";

  /** What this backend is; its kind is STORAGE (P1). */
  PluginDescriptor descriptor();

  /**
   * Opens the engine in {@link StorageOptions#directory}, creating what is missing.
   *
   * @throws StorageException if that is not possible; nothing stays open then
   */
  StorageEngine open(StorageOptions options);
}
