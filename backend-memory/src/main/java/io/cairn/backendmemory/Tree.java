// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendmemory;

import io.cairn.spi.store.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * One version of an ordered map: a B+tree whose nodes never change again. {@link TreeEditor} makes
 * the next version, which shares every node that it did not have to touch.
 *
 * @param root the highest node; a leaf without entries if the map is empty
 * @param bytes what the entries occupy, estimated
 */
record Tree(Node root, long bytes) {

  /** Two slices and two arrays with their headers, and an entry's share of its leaf. */
  static final int ENTRY_OVERHEAD_BYTES = 96;

  static final Tree EMPTY = new Tree(new Node.Leaf(new Node.Edit()), 0);

  /** A slice whose array holds nothing else and nobody else has. */
  static Bytes copy(Bytes bytes) {
    return Bytes.of(bytes.toByteArray());
  }

  @Nullable Bytes find(Bytes key) {
    Node node = root;
    while (node instanceof Node.Branch branch) {
      node = branch.children[branch.childFor(key)];
    }
    Node.Leaf leaf = (Node.Leaf) node;
    int index = leaf.lowerBound(key);
    return index < leaf.size && leaf.keys[index].equals(key) ? leaf.values[index] : null;
  }
}
