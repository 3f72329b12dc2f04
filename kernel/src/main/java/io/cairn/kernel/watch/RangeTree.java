// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the ranges that hold a key: a search tree by where ranges begin, in which each node also
 * knows how far the ranges below it reach. Equal ranges share a node. A treap: what keeps it
 * balanced is that nodes are a heap by a hash of their range, so its shape depends on content
 * alone.
 *
 * <p>Guarded by the hub's lock.
 */
final class RangeTree {
  private static final class Node {
    private final KeyRange range;
    private final int priority;
    private final WatcherGroup watchers = new WatcherGroup();
    private @Nullable Node left;
    private @Nullable Node right;
    // The greatest end of this node and those below; null for the end of all keys.
    private @Nullable Bytes reach;

    private Node(KeyRange range) {
      this.range = range;
      // Mixed (as in MurmurHash3), since similar ranges have similar hashes.
      int hash = 31 * range.key().hashCode() + range.end().hashCode();
      hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
      hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
      this.priority = hash ^ (hash >>> 16);
      this.reach = endOf(range);
    }

    private void update() {
      reach = endOf(range);
      if (left != null) {
        reach = further(reach, left.reach);
      }
      if (right != null) {
        reach = further(reach, right.reach);
      }
    }
  }

  private @Nullable Node root;

  boolean isEmpty() {
    return root == null;
  }

  void add(Watcher watcher) {
    root = add(root, watcher);
  }

  void remove(Watcher watcher) {
    root = remove(root, watcher);
  }

  /** Shows every watcher. */
  void forEach(Consumer<Watcher> action) {
    forEach(root, action);
  }

  private static void forEach(@Nullable Node node, Consumer<Watcher> action) {
    if (node != null) {
      forEach(node.left, action);
      node.watchers.forEach(action);
      forEach(node.right, action);
    }
  }

  /** Shows every watcher whose range holds {@code key}. */
  void forEach(Bytes key, Consumer<Watcher> action) {
    forEach(root, key, action);
  }

  private static void forEach(@Nullable Node from, Bytes key, Consumer<Watcher> action) {
    Node node = from;
    while (node != null && (node.reach == null || node.reach.compareTo(key) > 0)) {
      forEach(node.left, key, action);
      if (node.range.key().compareTo(key) > 0) {
        return; // Everything on the right begins later still.
      }
      if (node.range.isOpenEnded() || node.range.end().compareTo(key) > 0) {
        node.watchers.forEach(action);
      }
      node = node.right;
    }
  }

  private static Node add(@Nullable Node node, Watcher watcher) {
    if (node == null) {
      Node fresh = new Node(watcher.range);
      fresh.watchers.add(watcher);
      return fresh;
    }
    int order = compare(watcher.range, node.range);
    if (order == 0) {
      node.watchers.add(watcher);
      return node;
    }
    if (order < 0) {
      Node left = add(node.left, watcher);
      node.left = left;
      if (left.priority > node.priority) {
        return rotateRight(node, left);
      }
    } else {
      Node right = add(node.right, watcher);
      node.right = right;
      if (right.priority > node.priority) {
        return rotateLeft(node, right);
      }
    }
    node.update();
    return node;
  }

  private static @Nullable Node remove(@Nullable Node node, Watcher watcher) {
    if (node == null) {
      return null;
    }
    int order = compare(watcher.range, node.range);
    if (order == 0) {
      node.watchers.remove(watcher);
      return node.watchers.size() > 0 ? node : merge(node.left, node.right);
    }
    if (order < 0) {
      node.left = remove(node.left, watcher);
    } else {
      node.right = remove(node.right, watcher);
    }
    node.update();
    return node;
  }

  private static @Nullable Node merge(@Nullable Node left, @Nullable Node right) {
    if (left == null) {
      return right;
    }
    if (right == null) {
      return left;
    }
    if (left.priority > right.priority) {
      left.right = merge(left.right, right);
      left.update();
      return left;
    }
    right.left = merge(left, right.left);
    right.update();
    return right;
  }

  private static Node rotateRight(Node node, Node left) {
    node.left = left.right;
    node.update();
    left.right = node;
    left.update();
    return left;
  }

  private static Node rotateLeft(Node node, Node right) {
    node.right = right.left;
    node.update();
    right.left = node;
    right.update();
    return right;
  }

  private static int compare(KeyRange one, KeyRange other) {
    int order = one.key().compareTo(other.key());
    return order != 0 ? order : one.end().compareTo(other.end());
  }

  private static @Nullable Bytes endOf(KeyRange range) {
    return range.isOpenEnded() ? null : range.end();
  }

  private static @Nullable Bytes further(@Nullable Bytes one, @Nullable Bytes other) {
    if (one == null || other == null) {
      return null;
    }
    return one.compareTo(other) >= 0 ? one : other;
  }
}
