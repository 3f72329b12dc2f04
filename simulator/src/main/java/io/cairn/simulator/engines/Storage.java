// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.engines;

import io.cairn.simulator.environment.EventQueue;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.Table;
import java.util.List;

/** Which storage engines a simulated member has. */
@OnLane("simulation")
public interface Storage {
  /** The name that the member's directory remembers: it is never opened with another one. */
  String name();

  /**
   * The engines on a new disk: none yet.
   *
   * @param queue the time that they live in
   * @param tables every table that will be used
   */
  Engines onNewDisk(EventQueue queue, List<Table> tables);

  /**
   * Sorted maps that keep the promises of {@code io.cairn.spi.storage} as weakly as these allow: a
   * crash undoes any number of the newest commits down to the last barrier. By far the fastest.
   */
  static Storage model() {
    return new ModelStorage();
  }

  /**
   * The engines of a backend, in files of this machine that go with the run.
   *
   * <p>A crash leaves the files as they are at that moment: what the operating system has been
   * handed is not lost, also when the simulated power fails. What a disk may lose of it is examined
   * by the power cuts of {@code io.cairn.conformancetests.powercut}.
   *
   * <p>A run is the same each time as long as what an engine answers, and what its files hold when
   * they are copied, depends on nothing but the calls that were made.
   *
   * @throws IllegalArgumentException if the backend does not keep data over a restart
   */
  static Storage of(StorageBackend backend) {
    PluginDescriptor descriptor = backend.descriptor();
    if (!descriptor.offers(StorageBackend.DURABLE)) {
      throw new IllegalArgumentException(
          "the storage backend '%s' does not offer '%s': its members could not be restarted"
              .formatted(descriptor.name(), StorageBackend.DURABLE));
    }
    return new RealStorage(backend);
  }
}
