// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.parts;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.backendlmdb.LmdbBackend;
import io.cairn.backendrocksdb.RocksDbBackend;
import io.cairn.backendsqlite.SqliteBackend;
import io.cairn.simulator.run.Outcome;
import io.cairn.simulator.run.Simulation;
import io.cairn.simulator.run.Swarm;
import io.cairn.simulator.suite.SimulationConformance;
import io.cairn.spi.storage.StorageBackend;
import org.junit.jupiter.api.Test;

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

  /** SQLite and LMDB both lose nothing when a process is killed. */
  @Test
  void enginesThatLoseAlikeGiveTheSameRun() {
    Outcome sqlite = run(new SqliteBackend());
    Outcome lmdb = run(new LmdbBackend());

    assertThat(sqlite.reached()).containsKey("restarts");
    assertThat(lmdb.hash()).isEqualTo(sqlite.hash());
  }

  private static Outcome run(StorageBackend backend) {
    return Simulation.run(Swarm.shortPlan(2, 3), Parts.ofCairn().withStorage(backend));
  }
}
