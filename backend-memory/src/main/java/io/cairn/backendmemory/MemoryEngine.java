// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendmemory;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageSize;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Trees, and the one reference through which a commit becomes visible. */
final class MemoryEngine implements StorageEngine {

  private enum Condition {
    OPEN,
    FAILED,
    CLOSED
  }

  private final Map<Table, Integer> positions = new LinkedHashMap<>();

  /**
   * The roots of all tables after the last commit; neither the array nor a tree in it ever changes.
   * Written by commits under the monitor, read by any thread that takes a view or asks for the
   * size: one reference, so nobody sees a part of a commit.
   */
  private volatile Tree[] published;

  /** Written under the monitor; read without it where a slightly old answer is harmless. */
  private volatile Condition condition = Condition.OPEN;

  MemoryEngine(List<Table> tables) {
    published = new Tree[tables.size()];
    for (Table table : tables) {
      int position = positions.size();
      InvariantViolation.check(
          positions.putIfAbsent(table, position) == null, "the tables of an engine differ");
      published[position] = Tree.EMPTY;
    }
  }

  @Override
  public StorageView view() {
    return new MemoryView(positions, openTrees());
  }

  @Override
  public synchronized void commit(List<Mutation> batch) {
    requireOpen();
    boolean applied = false;
    try {
      published = apply(batch);
      applied = true;
    } finally {
      if (!applied) {
        condition = Condition.FAILED;
      }
    }
  }

  private Tree[] apply(List<Mutation> batch) {
    Tree[] next = published.clone();
    @Nullable TreeEditor[] editors = new @Nullable TreeEditor[next.length];
    for (Mutation mutation : batch) {
      int position = position(positions, mutation.table());
      TreeEditor editor = editors[position];
      if (editor == null) {
        editor = new TreeEditor(next[position]);
        editors[position] = editor;
      }
      // Keys and values are copied: the caller's arrays are its own again when this returns, and a
      // small slice would keep a large array alive.
      switch (mutation) {
        case Mutation.Put put -> editor.put(Tree.copy(put.key()), Tree.copy(put.value()));
        case Mutation.Delete delete -> editor.delete(delete.key());
        case Mutation.DeleteRange range -> editor.deleteRange(range.from(), range.to());
      }
    }
    for (int position = 0; position < next.length; position++) {
      TreeEditor editor = editors[position];
      if (editor != null) {
        next[position] = editor.finish();
      }
    }
    return next;
  }

  @Override
  public synchronized void barrier() {
    requireOpen(); // Nothing is more stable than the heap here (S13).
  }

  @Override
  public StorageSize size() {
    long bytes = 0;
    for (Tree tree : openTrees()) {
      bytes += tree.bytes();
    }
    return new StorageSize(bytes, bytes);
  }

  @Override
  public void reclaim() {
    requireOpen(); // The garbage collector has what no view reaches.
  }

  @Override
  public synchronized void close() {
    condition = Condition.CLOSED;
    published = new Tree[0];
  }

  static int position(Map<Table, Integer> positions, Table table) {
    Integer position = positions.get(table);
    if (position == null) {
      throw new InvariantViolation("no table '" + table.name() + "' was named at the open");
    }
    return position;
  }

  /** What is published now: not what close has left, which is told before the trees are let go. */
  private Tree[] openTrees() {
    Tree[] trees = published;
    requireOpen();
    return trees;
  }

  private void requireOpen() {
    switch (condition) {
      case OPEN -> {}
      case FAILED -> throw new StorageException.Refused("an earlier commit failed; open it anew");
      case CLOSED -> throw new StorageException.Refused("the engine is closed");
    }
  }
}
