// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import io.cairn.cli.Cairnutl;
import io.cairn.cli.Terminal;
import io.cairn.cli.ToolException;
import io.cairn.spi.storage.StorageBackend;
import jakarta.inject.Provider;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The process of {@code cairnutl}: the tool with the storage backends and the consensus of a
 * distribution.
 */
public final class UtlMain {
  private UtlMain() {}

  /** Runs the default distribution's tool and ends the process. */
  public static void main(String[] arguments) {
    run(List.of(arguments), DaggerToolComponent.create().backends());
  }

  /** Runs the tool with {@code backends} and drop-ins, and ends the process. */
  @SuppressWarnings("SystemOut") // It is a program for a terminal.
  public static void run(List<String> arguments, Map<String, Provider<StorageBackend>> backends) {
    Cairnutl tool =
        new Cairnutl(
            (name, plugins) -> {
              try {
                return new Backends(backends, Set.of(new DropIns(plugins))).require(name);
              } catch (StartException e) {
                throw new ToolException(e.getMessage(), e);
              }
            },
            new RestoredFounding(),
            new Terminal(System.out, System.err));
    System.exit(tool.run(arguments));
  }
}
