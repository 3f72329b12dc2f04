// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import io.cairn.spi.storage.StorageBackend;
import java.nio.file.Path;
import java.util.Optional;

/** The storage backends that a distribution has. */
@FunctionalInterface
public interface BackendSource {
  /**
   * The backend of a name; no other is created.
   *
   * @param pluginsDir where drop-in jars lie; without it, where the server would look
   * @throws ToolException if there is none, naming those that there are, or if a drop-in is wrong
   */
  StorageBackend require(String name, Optional<Path> pluginsDir) throws ToolException;
}
