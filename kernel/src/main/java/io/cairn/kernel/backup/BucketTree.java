// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.backup;

import io.cairn.kernel.backup.Pages.Child;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * Lays out one bucket: takes its entries in ascending order and writes leaves and branches as they
 * fill, children before parents, so that no more than one page per level is held.
 *
 * <p>A branch never gets a single child: bbolt cannot merge such a one when entries are deleted
 * later. So the last child of a full branch moves on to its successor.
 */
@OnLane("owner")
final class BucketTree {
  /** The children of the branch that is being filled on one level. */
  private static final class Level {
    final List<Child> children = new ArrayList<>();
    long bytes = Pages.HEADER_BYTES;

    void add(Child child) {
      children.add(child);
      bytes += Pages.branchBytes(child);
    }
  }

  private final PageOutput out;
  private final List<Bytes> keys = new ArrayList<>();
  private final List<Bytes> values = new ArrayList<>();
  private final List<Level> levels = new ArrayList<>();
  private long leafBytes = Pages.HEADER_BYTES;
  private long nextPage;

  /** Writes to {@code out}, beginning with page {@code firstPage}. */
  BucketTree(PageOutput out, long firstPage) {
    this.out = out;
    this.nextPage = firstPage;
  }

  /** Adds an entry, whose key is greater than all before. Keeps both slices for a while. */
  void add(Bytes key, Bytes value) {
    long size = Pages.leafBytes(key, value);
    if (!keys.isEmpty() && leafBytes + size > Pages.PAGE_BYTES) {
      writeLeaf();
    }
    keys.add(key);
    values.add(value);
    leafBytes += size;
  }

  /** Writes what is pending; returns the page of the root, 0 if there was no entry. */
  long finish() {
    if (!keys.isEmpty()) {
      writeLeaf();
    }
    for (int i = 0; i < levels.size(); i++) {
      List<Child> children = levels.get(i).children;
      if (children.size() == 1) {
        return children.getFirst().page();
      }
      writeBranch(i);
    }
    return 0;
  }

  /** The number behind the last page written. */
  long nextPage() {
    return nextPage;
  }

  private void writeLeaf() {
    Child leaf = new Child(keys.getFirst(), nextPage);
    nextPage += Pages.writeLeaf(out, nextPage, keys, values);
    keys.clear();
    values.clear();
    leafBytes = Pages.HEADER_BYTES;
    addChild(0, leaf);
  }

  private void addChild(int index, Child child) {
    if (index == levels.size()) {
      levels.add(new Level());
    }
    Level level = levels.get(index);
    boolean full = level.bytes + Pages.branchBytes(child) > Pages.PAGE_BYTES;
    if (full && level.children.size() >= 3) {
      Child last = level.children.removeLast();
      writeBranch(index);
      level.add(last);
    }
    level.add(child);
  }

  private void writeBranch(int index) {
    Level level = levels.get(index);
    Child branch = new Child(level.children.getFirst().firstKey(), nextPage);
    nextPage += Pages.writeBranch(out, nextPage, level.children);
    level.children.clear();
    level.bytes = Pages.HEADER_BYTES;
    addChild(index + 1, branch);
  }
}
