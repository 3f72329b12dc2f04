// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendmemory;

import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.util.List;
import java.util.Map;

/** The trees that were published when it was taken. */
final class MemoryView implements StorageView {
  private final Map<Table, Integer> positions;
  private final Tree[] trees;

  /** Written by whoever closes the view, read by all who use it; only ever turns true. */
  private volatile boolean closed;

  MemoryView(Map<Table, Integer> positions, Tree[] trees) {
    this.positions = positions;
    this.trees = trees;
  }

  @Override
  public void get(Table table, List<Bytes> keys, Found found) {
    Tree tree = tree(table);
    int position = 0;
    for (Bytes key : keys) {
      Bytes value = tree.find(key);
      if (value != null) {
        found.value(position, value);
      }
      position++;
    }
  }

  @Override
  public Cursor scan(Table table, Bytes from, Bytes to) {
    return new TreeCursor.Ascending(this, tree(table), from, to);
  }

  @Override
  public Cursor scanReverse(Table table, Bytes from, Bytes to) {
    return new TreeCursor.Descending(this, tree(table), from, to);
  }

  @Override
  public void close() {
    closed = true;
  }

  void requireOpen() {
    if (closed) {
      throw new StorageException.Refused("the view is closed");
    }
  }

  private Tree tree(Table table) {
    requireOpen();
    return trees[MemoryEngine.position(positions, table)];
  }
}
