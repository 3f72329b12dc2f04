// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.storage;

import java.nio.file.Path;
import java.util.List;

/**
 * What a backend needs to know to open an engine.
 *
 * @param directory an existing directory that belongs to the engine alone; engines without files
 *     ignore it
 * @param tables every table that will be used, in a fixed order (S12)
 * @param memoryBytesMax how much memory caches and write buffers may take together
 * @param nativeDirectory an existing directory where a backend may unpack native libraries, once
 */
public record StorageOptions(
    Path directory, List<Table> tables, long memoryBytesMax, Path nativeDirectory) {

  /** The longest value that an engine must take, in bytes (S1). */
  public static final int VALUE_BYTES_MAX = 1 << 30;

  /** The longest key that an engine must take, in bytes (S1). */
  public static final int KEY_BYTES_MAX = 255;

  /** Copies the list. */
  public StorageOptions {
    tables = List.copyOf(tables);
  }
}
