// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendmemory;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.store.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Walks over one version of a tree. It keeps a leaf, and finds the neighbour of a finished leaf
 * from the root again: once per {@link Node#FANOUT} entries, and no stack to keep right.
 */
abstract sealed class TreeCursor implements Cursor {
  private final MemoryView view;
  final Tree tree;
  Node.@Nullable Leaf leaf;
  int index;
  private boolean started;
  private boolean ended;

  private TreeCursor(MemoryView view, Tree tree) {
    this.view = view;
    this.tree = tree;
  }

  /** Stands on the first entry, or on none. */
  abstract void start();

  /** Goes one entry on, or to none. */
  abstract void advance();

  /** Whether an entry has not gone past the range. */
  abstract boolean holds(Bytes key);

  @Override
  public final boolean next() {
    view.requireOpen();
    if (ended) {
      return false;
    }
    if (started) {
      advance();
    } else {
      started = true;
      start();
    }
    ended = leaf == null || !holds(leaf.keys[index]);
    return !ended;
  }

  @Override
  public final Bytes key() {
    return present().keys[index];
  }

  @Override
  public final Bytes value() {
    return present().values[index];
  }

  @Override
  public final void close() {
    ended = true;
    leaf = null;
  }

  private Node.Leaf present() {
    Node.Leaf present = leaf;
    if (present == null || ended) {
      throw new InvariantViolation("a cursor is read while it stands on an entry");
    }
    return present;
  }

  static final class Ascending extends TreeCursor {
    private final Bytes from;
    private final Bytes to;

    Ascending(MemoryView view, Tree tree, Bytes from, Bytes to) {
      super(view, tree);
      this.from = from.compact();
      this.to = to.compact();
    }

    @Override
    void start() {
      seek(from, false);
    }

    @Override
    void advance() {
      Node.Leaf present = leaf;
      if (present != null && ++index == present.size) {
        seek(present.keys[index - 1], true);
      }
    }

    @Override
    boolean holds(Bytes key) {
      return to.isEmpty() || key.compareTo(to) < 0;
    }

    /** Stands on the first entry that is not below {@code key}, or above it. */
    private void seek(Bytes key, boolean above) {
      Node node = tree.root();
      Node after = null; // the subtree that follows the one we are in
      while (node instanceof Node.Branch branch) {
        int child = branch.childFor(key);
        if (child + 1 < branch.size) {
          after = branch.children[child + 1];
        }
        node = branch.children[child];
      }
      leaf = (Node.Leaf) node;
      index = leaf.lowerBound(key);
      if (above && index < leaf.size && leaf.keys[index].equals(key)) {
        index++;
      }
      if (index == leaf.size) {
        while (after instanceof Node.Branch branch) {
          after = branch.children[0];
        }
        leaf = (Node.Leaf) after;
        index = 0;
      }
    }
  }

  static final class Descending extends TreeCursor {
    private final Bytes from;
    private final Bytes to;

    Descending(MemoryView view, Tree tree, Bytes from, Bytes to) {
      super(view, tree);
      this.from = from.compact();
      this.to = to.compact();
    }

    @Override
    void start() {
      seekBelow(to);
    }

    @Override
    void advance() {
      Node.Leaf present = leaf;
      if (present != null && --index < 0) {
        seekBelow(present.keys[0]);
      }
    }

    @Override
    boolean holds(Bytes key) {
      return key.compareTo(from) >= 0;
    }

    /** Stands on the last entry below {@code key}; on the last of all if that is empty. */
    private void seekBelow(Bytes key) {
      Node node = tree.root();
      Node before = null; // the subtree that precedes the one we are in
      while (node instanceof Node.Branch branch) {
        int child = key.isEmpty() ? branch.size - 1 : branch.childBelow(key);
        if (child > 0) {
          before = branch.children[child - 1];
        }
        node = branch.children[child];
      }
      leaf = (Node.Leaf) node;
      index = (key.isEmpty() ? leaf.size : leaf.lowerBound(key)) - 1;
      if (index < 0) {
        while (before instanceof Node.Branch branch) {
          before = branch.children[branch.size - 1];
        }
        leaf = (Node.Leaf) before;
        index = leaf == null ? 0 : leaf.size - 1;
      }
    }
  }
}
