// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendmemory;

import io.cairn.spi.store.Bytes;
import java.util.Arrays;

/**
 * A node of a {@link Tree}. It may be changed only by the edit that made it; once that edit is
 * published it never changes again.
 *
 * <p>All leaves have the same depth, and only the root may be empty.
 */
@SuppressWarnings("NullAway") // slots beyond size are null and never read
abstract sealed class Node {
  /** The most entries or children; wide enough that a path copy is short, small enough to copy. */
  static final int FANOUT = 64;

  /** The identity of an edit. */
  static final class Edit {}

  /** The edit that made the node. */
  final Edit edit;

  /**
   * In a leaf the keys of the entries. In a branch a lower bound of each child, also above
   * everything in the child before; the first one is never looked at.
   */
  final Bytes[] keys = new Bytes[FANOUT];

  /** How many entries or children there are. */
  int size;

  private Node(Edit edit) {
    this.edit = edit;
  }

  /** A copy that belongs to {@code newEdit}. */
  abstract Node copy(Edit newEdit);

  /** The values of a leaf, the children of a branch. */
  abstract Object[] slots();

  /** An empty node of the same kind that belongs to the same edit. */
  abstract Node empty();

  /** The first index whose key is not less than {@code key}; {@code size} if there is none. */
  final int lowerBound(Bytes key) {
    return lowerBound(0, key);
  }

  /** The same from an index on. */
  final int lowerBound(int from, Bytes key) {
    int low = Math.min(from, size);
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (keys[middle].compareTo(key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Inserts into a node that is not full. */
  final void insert(int index, Bytes key, Object slot) {
    System.arraycopy(keys, index, keys, index + 1, size - index);
    System.arraycopy(slots(), index, slots(), index + 1, size - index);
    keys[index] = key;
    slots()[index] = slot;
    size++;
  }

  /** Removes the indexes from {@code from} to {@code to} (exclusive). */
  final void remove(int from, int to) {
    System.arraycopy(keys, to, keys, from, size - to);
    System.arraycopy(slots(), to, slots(), from, size - to);
    int left = size - (to - from);
    Arrays.fill(keys, left, size, null);
    Arrays.fill(slots(), left, size, null);
    size = left;
  }

  /** Moves everything from {@code index} on to a new node of the same kind. */
  final Node split(int index) {
    Node right = empty();
    System.arraycopy(keys, index, right.keys, 0, size - index);
    System.arraycopy(slots(), index, right.slots(), 0, size - index);
    right.size = size - index;
    remove(index, size);
    return right;
  }

  /** Appends everything of {@code right}, its neighbour with that lower bound. */
  final void append(Node right, Bytes lowerBound) {
    System.arraycopy(right.keys, 0, keys, size, right.size);
    System.arraycopy(right.slots(), 0, slots(), size, right.size);
    if (this instanceof Branch) {
      keys[size] = lowerBound;
    }
    size += right.size;
  }

  /** Entries in order. */
  @SuppressWarnings("NullAway")
  static final class Leaf extends Node {
    final Bytes[] values = new Bytes[FANOUT];

    Leaf(Edit edit) {
      super(edit);
    }

    @Override
    Object[] slots() {
      return values;
    }

    @Override
    Leaf empty() {
      return new Leaf(edit);
    }

    @Override
    Leaf copy(Edit newEdit) {
      Leaf copy = new Leaf(newEdit);
      copy.append(this, Bytes.EMPTY);
      return copy;
    }
  }

  /** Children in order. */
  @SuppressWarnings("NullAway")
  static final class Branch extends Node {
    final Node[] children = new Node[FANOUT];

    Branch(Edit edit) {
      super(edit);
    }

    @Override
    Object[] slots() {
      return children;
    }

    @Override
    Branch empty() {
      return new Branch(edit);
    }

    @Override
    Branch copy(Edit newEdit) {
      Branch copy = new Branch(newEdit);
      copy.append(this, keys[0]);
      return copy;
    }

    // Neither looks at the first key: smaller ones may have come into the first child since, and
    // that child may have been split, so it can even be above the second key.

    /** The only child that can hold {@code key}. */
    int childFor(Bytes key) {
      int index = lowerBound(1, key);
      return index < size && keys[index].equals(key) ? index : Math.max(0, index - 1);
    }

    /** The last child that can hold keys below {@code key}. */
    int childBelow(Bytes key) {
      return Math.max(0, lowerBound(1, key) - 1);
    }
  }
}
