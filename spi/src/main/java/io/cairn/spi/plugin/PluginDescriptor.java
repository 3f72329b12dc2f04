// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.plugin;

import java.util.List;

/**
 * What a plugin says of itself (P1-P5).
 *
 * @param name how configuration chooses it
 * @param kind the seam that it fills
 * @param spiVersion the {@link #SPI_VERSION} that it was compiled against
 * @param summary one line for people
 * @param capabilities the names of the optional abilities that it offers, sorted
 */
public record PluginDescriptor(
    String name, Kind kind, int spiVersion, String summary, List<String> capabilities) {

  /** Raised when a contract changes in a way that plugins must follow. */
  public static final int SPI_VERSION = 1;

  /** The seams that plugins fill. */
  public enum Kind {
    /** {@code io.cairn.spi.storage}. */
    STORAGE,
    /** {@code io.cairn.spi.consensus}. */
    CONSENSUS,
    /** {@code io.cairn.spi.auth}. */
    AUTH,
    /** {@code io.cairn.spi.transport}. */
    TRANSPORT
  }

  /** Checks the name and orders the capabilities. */
  public PluginDescriptor {
    if (!name.matches("[a-z0-9-]+")) {
      throw new IllegalArgumentException(
          "a plugin's name is lower-case letters, digits and hyphens, not '" + name + "'");
    }
    capabilities = capabilities.stream().sorted().toList();
  }

  /** Whether the plugin offers {@code capability}. */
  public boolean offers(String capability) {
    return capabilities.contains(capability);
  }
}
