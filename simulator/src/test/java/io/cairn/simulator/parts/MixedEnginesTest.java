// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.parts;

import io.cairn.backendlmdb.LmdbBackend;
import io.cairn.backendrocksdb.RocksDbBackend;
import io.cairn.backendsqlite.SqliteBackend;
import io.cairn.simulator.suite.SimulationConformance;

/** The durable engines of production in one cluster. */
final class MixedEnginesTest extends SimulationConformance {
  @Override
  protected Parts parts() {
    return Parts.ofCairn()
        .withStorage(new RocksDbBackend(), new SqliteBackend(), new LmdbBackend());
  }

  @Override
  protected int seeds() {
    return 4;
  }
}
