// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.engines;

import io.cairn.simulator.environment.EventQueue;
import io.cairn.simulator.environment.ModelEngine;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.Table;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Engines that are plain maps. */
@OnLane("simulation")
final class ModelStorage implements Storage {
  private static final String NAME = "model";
  private static final long BARRIER_NANOS = 200_000;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Engines onNewDisk(EventQueue queue, List<Table> tables) {
    return new Models(queue, tables, new TreeMap<>());
  }

  private static final class Models implements Engines {
    private final EventQueue queue;
    private final List<Table> tables;
    private final Map<String, ModelEngine> engines;

    Models(EventQueue queue, List<Table> tables, Map<String, ModelEngine> engines) {
      this.queue = queue;
      this.tables = tables;
      this.engines = engines;
    }

    @Override
    public StorageEngine open(String folder) {
      ModelEngine closed = engines.get(folder);
      ModelEngine opened =
          closed == null ? new ModelEngine(queue, tables, BARRIER_NANOS) : closed.reopen();
      engines.put(folder, opened);
      return opened;
    }

    @Override
    public void clear(String folder) {
      engines.remove(folder);
    }

    @Override
    public int processDied(Rng rng) {
      int lost = 0;
      for (Map.Entry<String, ModelEngine> engine : engines.entrySet()) {
        int undoable = engine.getValue().undoable();
        int kept = undoable == 0 ? 0 : rng.below(undoable + 1);
        lost += kept < undoable ? 1 : 0;
        engine.setValue(engine.getValue().crash(kept));
      }
      return lost;
    }

    @Override
    public Engines copy() {
      // A model is never changed once its process has ended.
      return new Models(queue, tables, new TreeMap<>(engines));
    }
  }
}
