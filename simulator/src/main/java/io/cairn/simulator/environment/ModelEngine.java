// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.environment;

import io.cairn.backendmemory.MemoryBackend;
import io.cairn.conformancetests.forwarding.ForwardingEngine;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A sorted map that keeps its promises as weakly as they allow: commits are atomic, and a crash may
 * undo any number of the newest down to the last barrier.
 */
@ThreadSafe
public final class ModelEngine implements ForwardingEngine {
  private final EventQueue queue;
  private final List<Table> tables;
  private final long barrierNanos;
  private final StorageEngine engine;

  /** As of the last barrier. Views of the engine share what they have in common. */
  private StorageView durable;

  /** As of each commit since the last barrier. */
  private final List<StorageView> sinceBarrier = new ArrayList<>();

  /** An empty engine whose barriers take so long. */
  public ModelEngine(EventQueue queue, List<Table> tables, long barrierNanos) {
    this.queue = queue;
    this.tables = tables;
    this.barrierNanos = barrierNanos;
    this.engine =
        new MemoryBackend()
            .open(new StorageOptions(Path.of("unused"), tables, 1 << 20, Path.of("unused")));
    this.durable = engine.view();
  }

  private ModelEngine(ModelEngine former, StorageView content) {
    this(former.queue, former.tables, former.barrierNanos);
    List<Mutation> everything = new ArrayList<>();
    for (Table table : tables) {
      try (Cursor cursor = content.scan(table, Bytes.EMPTY, Bytes.EMPTY)) {
        while (cursor.next()) {
          everything.add(new Mutation.Put(table, cursor.key(), cursor.value()));
        }
      }
    }
    if (!everything.isEmpty()) {
      engine.commit(everything);
    }
    this.durable = engine.view();
  }

  /** How many commits a crash may undo. */
  public int undoable() {
    return sinceBarrier.size();
  }

  /** What is left when all but the first {@code kept} commits since the last barrier are lost. */
  public ModelEngine crash(int kept) {
    return new ModelEngine(this, kept == 0 ? durable : sinceBarrier.get(kept - 1));
  }

  /** The engine opened again by the same process: nothing is lost, and nothing more is durable. */
  public ModelEngine reopen() {
    ModelEngine opened =
        new ModelEngine(this, sinceBarrier.isEmpty() ? durable : sinceBarrier.getLast());
    opened.durable = durable;
    opened.sinceBarrier.addAll(sinceBarrier);
    return opened;
  }

  @Override
  public StorageEngine delegate() {
    return engine;
  }

  @Override
  public void commit(List<Mutation> batch) {
    engine.commit(batch);
    sinceBarrier.add(engine.view());
  }

  @Override
  public void barrier() {
    engine.barrier();
    queue.elapse(barrierNanos);
    if (!sinceBarrier.isEmpty()) {
      durable = sinceBarrier.getLast();
      sinceBarrier.clear();
    }
  }
}
