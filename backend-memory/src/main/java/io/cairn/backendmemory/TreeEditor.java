// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendmemory;

import io.cairn.spi.store.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Makes the next version of a {@link Tree}.
 *
 * <p>A node is copied the first time this edit changes it and changed in place from then on, so a
 * large batch of ascending keys copies one path and then only fills new leaves. Leaves that are
 * full at their end are not halved but continued in a fresh one, which leaves a table of ascending
 * keys packed.
 */
final class TreeEditor {
  private final Node.Edit edit = new Node.Edit();
  private Node root;
  private long bytes;

  TreeEditor(Tree tree) {
    root = tree.root();
    bytes = tree.bytes();
  }

  /** Sets a value. Both slices belong to the tree from now on. */
  void put(Bytes key, Bytes value) {
    root = own(root);
    Node right = put(root, key, value);
    if (right != null) {
      Node.Branch above = new Node.Branch(edit);
      above.insert(0, root.keys[0], root);
      above.insert(1, right.keys[0], right);
      root = above;
    }
  }

  void delete(Bytes key) {
    // The least key above this one is the key with a zero byte behind it.
    byte[] next = new byte[key.length() + 1];
    key.copyTo(next, 0);
    deleteRange(key, Bytes.of(next));
  }

  /** Removes from {@code from} (inclusive) to {@code to} (exclusive, empty: to the end). */
  void deleteRange(Bytes from, Bytes to) {
    if (!to.isEmpty() && from.compareTo(to) >= 0) {
      return;
    }
    root = own(root);
    remove(root, from, to);
    while (root instanceof Node.Branch branch && branch.size <= 1) {
      root = branch.size == 0 ? Tree.EMPTY.root() : branch.children[0];
    }
  }

  /** The next version; the editor is of no use afterwards. */
  Tree finish() {
    return new Tree(root, bytes);
  }

  private Node own(Node node) {
    return node.edit == edit ? node : node.copy(edit);
  }

  /** Puts below a node of this edit; returns the new right neighbour if it had to be split. */
  private @Nullable Node put(Node node, Bytes key, Bytes value) {
    return switch (node) {
      case Node.Leaf leaf -> {
        int index = leaf.lowerBound(key);
        if (index < leaf.size && leaf.keys[index].equals(key)) {
          bytes += value.length() - leaf.values[index].length();
          leaf.values[index] = value;
          yield null;
        }
        bytes += weight(key, value);
        yield insert(leaf, index, key, value);
      }
      case Node.Branch branch -> {
        int index = branch.childFor(key);
        Node child = own(branch.children[index]);
        branch.children[index] = child;
        Node right = put(child, key, value);
        yield right == null ? null : insert(branch, index + 1, right.keys[0], right);
      }
    };
  }

  private static @Nullable Node insert(Node node, int index, Bytes key, Object slot) {
    if (node.size < Node.FANOUT) {
      node.insert(index, key, slot);
      return null;
    }
    int half = index == node.size ? index : node.size / 2;
    Node right = node.split(half);
    if (index < half) {
      node.insert(index, key, slot);
    } else {
      right.insert(index - half, key, slot);
    }
    return right;
  }

  /** Removes below a node of this edit, which may be empty afterwards. */
  private void remove(Node node, Bytes from, Bytes to) {
    switch (node) {
      case Node.Leaf leaf -> {
        int first = leaf.lowerBound(from);
        int end = to.isEmpty() ? leaf.size : leaf.lowerBound(to);
        for (int i = first; i < end; i++) {
          bytes -= weight(leaf.keys[i], leaf.values[i]);
        }
        leaf.remove(first, end);
      }
      case Node.Branch branch -> {
        int first = branch.childFor(from);
        int last = to.isEmpty() ? branch.size - 1 : branch.childBelow(to);
        // Everything strictly between goes as a whole.
        for (int i = first + 1; i < last; i++) {
          forget(branch.children[i]);
        }
        if (last > first + 1) {
          branch.remove(first + 1, last);
          last = first + 1;
        }
        for (int i = last; i >= first; i--) {
          Node child = own(branch.children[i]);
          branch.children[i] = child;
          remove(child, from, to);
          if (child.size == 0) {
            branch.remove(i, i + 1);
          }
        }
        joinThin(branch, first);
        joinThin(branch, first - 1);
      }
    }
  }

  /** Makes one child of two neighbours that would leave it half empty, so that thin nodes go. */
  private void joinThin(Node.Branch branch, int index) {
    if (index < 0 || index + 1 >= branch.size) {
      return;
    }
    Node right = branch.children[index + 1];
    if (branch.children[index].size + right.size <= Node.FANOUT / 2) {
      Node left = own(branch.children[index]);
      branch.children[index] = left;
      left.append(right, branch.keys[index + 1]);
      branch.remove(index + 1, index + 2);
    }
  }

  private void forget(Node node) {
    switch (node) {
      case Node.Leaf leaf -> {
        for (int i = 0; i < leaf.size; i++) {
          bytes -= weight(leaf.keys[i], leaf.values[i]);
        }
      }
      case Node.Branch branch -> {
        for (int i = 0; i < branch.size; i++) {
          forget(branch.children[i]);
        }
      }
    }
  }

  private static long weight(Bytes key, Bytes value) {
    return (long) key.length() + value.length() + Tree.ENTRY_OVERHEAD_BYTES;
  }
}
