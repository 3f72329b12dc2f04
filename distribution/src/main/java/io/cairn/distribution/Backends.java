// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import io.cairn.spi.storage.StorageBackend;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The storage backends to choose from: what the distribution was built with, and drop-ins. */
final class Backends {
  private final Map<String, Provider<StorageBackend>> builtIn;
  private final Set<DropIns> dropIns;

  @Inject
  Backends(Map<String, Provider<StorageBackend>> builtIn, Set<DropIns> dropIns) {
    this.builtIn = builtIn;
    this.dropIns = dropIns;
  }

  /**
   * The backend of a name; no other is created, but all drop-ins are looked at, so that a wrong one
   * is noticed when it is put there and not when it is first needed.
   *
   * @throws StartException if there is none, or if a drop-in is wrong
   */
  StorageBackend require(String name) throws StartException {
    Map<String, Provider<StorageBackend>> all = new TreeMap<>(builtIn);
    for (DropIns each : dropIns) {
      for (Map.Entry<String, StorageBackend> dropIn : each.load().entrySet()) {
        if (all.putIfAbsent(dropIn.getKey(), dropIn::getValue) != null) {
          throw new StartException(
              "there is a storage backend '%s' already; take the plugin of that name away"
                  .formatted(dropIn.getKey()));
        }
      }
    }
    Provider<StorageBackend> backend = all.get(name);
    if (backend == null) {
      throw new StartException(
          "no storage backend '%s'; there are %s".formatted(name, all.keySet()));
    }
    return backend.get();
  }
}
