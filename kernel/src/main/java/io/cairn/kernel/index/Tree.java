// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Reads a tree, published or being written, from its root. */
final class Tree {

  private Tree() {}

  /** The record of {@code key} that was current at {@code revision}; null if it was absent. */
  static @Nullable KeyRecord get(PageSlab slab, int root, Bytes key, long revision) {
    byte[] array = key.array();
    int at = key.offset();
    int length = key.length();
    int page = leaf(slab, root, array, at, length);
    MemorySegment s = slab.segment(page);
    long b = PageSlab.base(page);
    int i = PageKeys.find(slab, s, b, array, at, length);
    if (i < 0) {
      return null;
    }
    long row = Page.row(s, b, i);
    if (Page.mod(s, b, row) > revision) {
      return HistoryPages.find(slab, Page.link(s, b, row), revision);
    }
    return Page.version(s, b, row) == 0 ? null : record(s, b, row);
  }

  static KeyRecord record(MemorySegment s, long b, long row) {
    return new KeyRecord(
        Page.create(s, b, row), Page.mod(s, b, row), Page.sub(s, b, row), Page.version(s, b, row));
  }

  /** The leaf in which {@code key} is to be found. */
  static int leaf(PageSlab slab, int root, byte[] key, int at, int length) {
    int page = root;
    while (true) {
      MemorySegment s = slab.segment(page);
      long b = PageSlab.base(page);
      if (!Page.isInner(s, b)) {
        return page;
      }
      page = Page.child(s, Page.row(s, b, PageKeys.findChild(slab, s, b, key, at, length)));
    }
  }

  /**
   * A leaf and where the next one begins.
   *
   * @param fence the smallest key that the next leaf may hold; null behind the last leaf
   */
  record Place(int leaf, @Nullable Bytes fence) {}

  /** The leaf in which {@code key} is to be found. */
  static Place place(PageSlab slab, int root, Bytes key) {
    int page = root;
    int fencePage = 0;
    int fenceRow = 0;
    while (true) {
      MemorySegment s = slab.segment(page);
      long b = PageSlab.base(page);
      if (!Page.isInner(s, b)) {
        return new Place(page, fencePage == 0 ? null : Bytes.of(key(slab, fencePage, fenceRow)));
      }
      int child = PageKeys.findChild(slab, s, b, key.array(), key.offset(), key.length());
      if (child + 1 < Page.count(s, b)) {
        fencePage = page;
        fenceRow = child + 1;
      }
      page = Page.child(s, Page.row(s, b, child));
    }
  }

  /** The number of keys alive in the tree's newest state. */
  static long count(PageSlab slab, int root, KeyRange range) {
    if (range.isVoid()) {
      return 0;
    }
    if (range.isSingle()) {
      return get(slab, root, range.key(), Long.MAX_VALUE) == null ? 0 : 1;
    }
    long end = range.isOpenEnded() ? alive(slab, root) : rank(slab, root, range.end());
    return end - rank(slab, root, range.key());
  }

  /** The number of keys alive that are smaller than {@code key}. */
  private static long rank(PageSlab slab, int root, Bytes key) {
    long rank = 0;
    int page = root;
    while (true) {
      MemorySegment s = slab.segment(page);
      long b = PageSlab.base(page);
      if (!Page.isInner(s, b)) {
        int found = PageKeys.find(slab, s, b, key.array(), key.offset(), key.length());
        int end = found >= 0 ? found : -found - 1;
        for (int i = 0; i < end; i++) {
          rank += Page.version(s, b, Page.row(s, b, i)) == 0 ? 0 : 1;
        }
        return rank;
      }
      int below = PageKeys.findChild(slab, s, b, key.array(), key.offset(), key.length());
      for (int i = 0; i < below; i++) {
        rank += Page.childAlive(s, Page.row(s, b, i));
      }
      page = Page.child(s, Page.row(s, b, below));
    }
  }

  /** The number of keys alive in or below a page. */
  static long alive(PageSlab slab, int page) {
    MemorySegment s = slab.segment(page);
    long b = PageSlab.base(page);
    if (!Page.isInner(s, b)) {
      return Page.alive(s, b);
    }
    long alive = 0;
    for (int i = Page.count(s, b) - 1; i >= 0; i--) {
      alive += Page.childAlive(s, Page.row(s, b, i));
    }
    return alive;
  }

  /** The whole key of a row. */
  static byte[] key(PageSlab slab, int page, int i) {
    MemorySegment s = slab.segment(page);
    long b = PageSlab.base(page);
    long row = Page.row(s, b, i);
    int prefix = Page.prefixLength(s, b);
    int head = prefix + PageKeys.suffixLength(s, row);
    int tail = PageKeys.tailLength(s, b, row);
    byte[] key = new byte[head + tail];
    PageKeys.readPrefix(s, b, key, 0);
    PageKeys.readSuffix(s, b, row, key, prefix);
    if (tail > 0) {
      OverflowKeys.read(slab, PageKeys.tailPage(s, b, row), tail, key, head);
    }
    return key;
  }
}
