// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.environment;

import io.cairn.backendmemory.MemoryBackend;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageSize;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A sorted map that keeps its promises as weakly as they allow: commits are atomic, and a crash may
 * undo any number of the newest down to the last barrier.
 */
@ThreadSafe
public final class ModelEngine implements StorageEngine {
  private final EventQueue queue;
  private final List<Table> tables;
  private final StorageEngine engine;
  private final Map<String, NavigableMap<Bytes, Bytes>> durable;
  private final List<List<Mutation>> sinceBarrier = new ArrayList<>();
  private final long barrierNanos;

  /** An empty engine whose barriers take so long. */
  public ModelEngine(EventQueue queue, List<Table> tables, long barrierNanos) {
    this(queue, tables, barrierNanos, new TreeMap<>());
  }

  private ModelEngine(
      EventQueue queue,
      List<Table> tables,
      long barrierNanos,
      Map<String, NavigableMap<Bytes, Bytes>> durable) {
    this.queue = queue;
    this.tables = tables;
    this.barrierNanos = barrierNanos;
    this.durable = durable;
    this.engine =
        new MemoryBackend()
            .open(new StorageOptions(Path.of("unused"), tables, 1 << 20, Path.of("unused")));
    List<Mutation> content = new ArrayList<>();
    for (Table table : tables) {
      durable
          .computeIfAbsent(table.name(), _ -> new TreeMap<>())
          .forEach((key, value) -> content.add(new Mutation.Put(table, key, value)));
    }
    if (!content.isEmpty()) {
      engine.commit(content);
    }
  }

  /** How many commits a crash may undo. */
  public int undoable() {
    return sinceBarrier.size();
  }

  /** What is left when all but the first {@code kept} commits since the last barrier are lost. */
  public ModelEngine crash(int kept) {
    for (List<Mutation> batch : sinceBarrier.subList(0, kept)) {
      keep(batch);
    }
    return new ModelEngine(queue, tables, barrierNanos, durable);
  }

  /** The engine opened again by the same process: nothing is lost, and nothing more is durable. */
  public ModelEngine reopen() {
    ModelEngine opened = new ModelEngine(queue, tables, barrierNanos, durable);
    for (List<Mutation> batch : sinceBarrier) {
      opened.commit(batch);
    }
    return opened;
  }

  @Override
  public StorageView view() {
    return engine.view();
  }

  @Override
  public void commit(List<Mutation> batch) {
    List<Mutation> copy = new ArrayList<>(batch.size());
    for (Mutation mutation : batch) {
      copy.add(
          switch (mutation) {
            case Mutation.Put put ->
                new Mutation.Put(put.table(), own(put.key()), own(put.value()));
            case Mutation.Delete delete -> new Mutation.Delete(delete.table(), own(delete.key()));
            case Mutation.DeleteRange range ->
                new Mutation.DeleteRange(range.table(), own(range.from()), own(range.to()));
          });
    }
    sinceBarrier.add(copy);
    engine.commit(copy);
  }

  @Override
  public void barrier() {
    engine.barrier();
    queue.elapse(barrierNanos);
    sinceBarrier.forEach(this::keep);
    sinceBarrier.clear();
  }

  private void keep(List<Mutation> batch) {
    for (Mutation mutation : batch) {
      NavigableMap<Bytes, Bytes> table = durable.get(mutation.table().name());
      if (table == null) {
        throw new IllegalArgumentException("no table '" + mutation.table().name() + "'");
      }
      switch (mutation) {
        case Mutation.Put put -> table.put(put.key(), put.value());
        case Mutation.Delete delete -> table.remove(delete.key());
        case Mutation.DeleteRange range -> {
          if (range.to().isEmpty()) {
            table.tailMap(range.from(), true).clear();
          } else if (range.from().compareTo(range.to()) < 0) {
            table.subMap(range.from(), true, range.to(), false).clear();
          }
        }
      }
    }
  }

  private static Bytes own(Bytes bytes) {
    return Bytes.of(bytes.toByteArray());
  }

  @Override
  public StorageSize size() {
    return engine.size();
  }

  @Override
  public void reclaim() {
    engine.reclaim();
  }

  @Override
  public void close() {
    engine.close();
  }
}
