// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import java.lang.foreign.MemorySegment;

/**
 * Changes the tree of the batch that is being written.
 *
 * <p>Published pages are never touched: the way down to a leaf copies each page that the batch does
 * not own yet, so a page is copied at most once per batch. A page belongs to the batch whose number
 * it carries.
 *
 * <p>The editor remembers the way it went, page by page and row by row, until the tree changes its
 * shape; every method that uses the way says so.
 */
final class TreeEditor {

  /** Pages hold at least three rows, so this is out of reach for any number of keys. */
  private static final int DEPTH_MAX = 64;

  /**
   * A page that uses less than this is merged with a neighbour if the two fill one page at most.
   */
  private static final int MERGE_BELOW = Page.CAPACITY * 2 / 5;

  private static final int MERGE_MAX = Page.CAPACITY * 17 / 20;

  private final PageSlab slab;
  private final Reclamation reclamation;
  private final int[] path = new int[DEPTH_MAX];
  private final int[] slot = new int[DEPTH_MAX];
  private int depth;
  private int root;
  private final PageRows leafRows = new PageRows(false);

  /** Begins with an empty tree. */
  TreeEditor(PageSlab slab, Reclamation reclamation) {
    this.slab = slab;
    this.reclamation = reclamation;
    this.root = slab.allocate();
    Page.init(segment(root), base(root), false, reclamation.batch());
  }

  int root() {
    return root;
  }

  /** Takes over a tree that was loaded in bulk. */
  void replaceRoot(int loaded) {
    discard(root);
    root = loaded;
  }

  /** Goes down to the leaf where {@code key} belongs and makes the way there changeable. */
  int descend(byte[] key, int at, int length) {
    root = own(root);
    int page = root;
    depth = 0;
    while (true) {
      path[depth] = page;
      MemorySegment s = segment(page);
      long b = base(page);
      if (!Page.isInner(s, b)) {
        return page;
      }
      int i = PageKeys.findChild(slab, s, b, key, at, length);
      slot[depth++] = i;
      long row = Page.row(s, b, i);
      int child = Page.child(s, row);
      page = own(child);
      if (page != child) {
        Page.setChild(s, row, page);
      }
    }
  }

  /** Notes on the way down that {@code change} more keys are alive below. */
  void addAlive(int change) {
    for (int level = 0; level < depth; level++) {
      MemorySegment s = segment(path[level]);
      long row = Page.row(s, base(path[level]), slot[level]);
      Page.setChildAlive(s, row, Page.childAlive(s, row) + change);
    }
    int leaf = path[depth];
    MemorySegment s = segment(leaf);
    Page.setAlive(s, base(leaf), Page.alive(s, base(leaf)) + change);
  }

  /** Sets the columns of a row of the descent's leaf; the way down may be lost. */
  void update(int i, long create, long mod, long version, int sub, int link) {
    int leaf = path[depth];
    MemorySegment s = segment(leaf);
    long b = base(leaf);
    if (Page.columnsHold(s, b, mod, version, sub, link)) {
      Page.setColumns(s, b, Page.row(s, b, i), create, mod, version, sub, link);
      return;
    }
    leafRows.clear();
    leafRows.load(s, b);
    leafRows.setColumns(i, create, mod, version, sub, link);
    pack(depth, leafRows, -1);
  }

  /** Adds a row to the descent's leaf; the way down may be lost. The key becomes alive. */
  void insert(int i, byte[] key, int at, int length, long main, int sub) {
    addAlive(1);
    int head = Math.min(length, Page.HEAD_MAX);
    int tailLength = length - head;
    int tail = tailLength == 0 ? 0 : OverflowKeys.write(slab, key, at + head, tailLength);
    int leaf = path[depth];
    MemorySegment s = segment(leaf);
    long b = base(leaf);
    if (Page.columnsHold(s, b, main, 1, sub, 0) && PageKeys.takes(s, b, key, at, head, tail != 0)) {
      int prefix = Page.prefixLength(s, b);
      long row = PageKeys.insert(s, b, i, key, at + prefix, head - prefix, tail, tailLength);
      Page.setColumns(s, b, row, main, main, 1, sub, 0);
      return;
    }
    leafRows.clear();
    leafRows.load(s, b);
    leafRows.insert(i, key, at, head, tail, tailLength);
    leafRows.setColumns(i, main, main, 1, sub, 0);
    pack(depth, leafRows, i);
  }

  /** Replaces the content of the way's page at {@code level}, splitting it where needed. */
  private void pack(int level, PageRows rows, int inserted) {
    PageRows promoted = new PageRows(true);
    spread(rows, 0, rows.count, path[level], inserted, promoted);
    if (level == 0) {
      raise(promoted);
      return;
    }
    int parent = path[level - 1];
    int at = slot[level - 1];
    MemorySegment s = segment(parent);
    long b = base(parent);
    Page.setChildAlive(s, Page.row(s, b, at), Tree.alive(slab, path[level]));
    if (promoted.count == 0) {
      return;
    }
    if (promoted.count == 1
        && PageKeys.takes(
            s, b, promoted.heads, promoted.at[0], promoted.length[0], promoted.tailPage[0] != 0)) {
      int prefix = Page.prefixLength(s, b);
      long row =
          PageKeys.insert(
              s,
              b,
              at + 1,
              promoted.heads,
              promoted.at[0] + prefix,
              promoted.length[0] - prefix,
              promoted.tailPage[0],
              promoted.tailLength[0]);
      Page.setChild(s, row, promoted.link[0]);
      Page.setChildAlive(s, row, promoted.version[0]);
      return;
    }
    PageRows above = new PageRows(true);
    above.load(s, b);
    addChildren(above, at + 1, promoted);
    pack(level - 1, above, at + promoted.count);
  }

  /** Puts new roots over the old one until everything hangs below a single page. */
  private void raise(PageRows promoted) {
    PageRows siblings = promoted;
    while (siblings.count > 0) {
      PageRows top = new PageRows(true);
      top.insert(0, new byte[0], 0, 0, 0, 0);
      top.setChild(0, root, Tree.alive(slab, root));
      addChildren(top, 1, siblings);
      siblings = new PageRows(true);
      root = slab.allocate();
      spread(top, 0, top.count, root, -1, siblings);
    }
  }

  private static void addChildren(PageRows rows, int at, PageRows children) {
    for (int i = 0; i < children.count; i++) {
      rows.insert(at + i, children, i);
      rows.setChild(at + i, children.link[i], children.version[i]);
    }
  }

  /** Writes rows into {@code page} and as many new pages as it takes, which are promoted. */
  private void spread(PageRows rows, int from, int to, int page, int inserted, PageRows promoted) {
    if (rows.size(from, to) <= Page.CAPACITY) {
      rows.write(from, to, segment(page), base(page), reclamation.batch());
      return;
    }
    int cut = rows.cut(from, to, inserted);
    spread(rows, from, cut, page, inserted, promoted);
    int right = slab.allocate();
    promoted.addSeparator(slab, rows, cut);
    int at = promoted.count - 1;
    spread(rows, cut, to, right, inserted, promoted);
    promoted.setChild(at, right, Tree.alive(slab, right));
  }

  // ---- shrinking

  /** Replaces the descent's leaf by fewer or shorter rows of the same keys; the way is lost. */
  void shrink(PageRows rows) {
    int leaf = path[depth];
    rows.write(0, rows.count, segment(leaf), base(leaf), reclamation.batch());
    if (depth > 0 && rows.count == 0) {
      remove(depth);
    } else {
      merge(depth);
    }
  }

  /** Takes an empty page out of its parent. */
  private void remove(int level) {
    int parent = path[level - 1];
    int i = slot[level - 1];
    PageRows rows = new PageRows(true);
    rows.load(segment(parent), base(parent));
    discard(path[level]);
    // The row that becomes the first needs no key.
    discardTail(rows.tailPage[i == 0 && rows.count > 1 ? 1 : i]);
    rows.remove(i);
    rows.write(0, rows.count, segment(parent), base(parent), reclamation.batch());
    if (rows.count > 0) {
      merge(level - 1);
    } else if (level > 1) {
      remove(level - 1);
    } else {
      Page.init(segment(parent), base(parent), false, reclamation.batch());
    }
  }

  /** Merges the way's page at {@code level} with a neighbour if it has become small. */
  private void merge(int level) {
    if (level == 0) {
      lowerRoot();
      return;
    }
    int page = path[level];
    int parent = path[level - 1];
    MemorySegment p = segment(parent);
    long pb = base(parent);
    if (Page.used(segment(page), base(page)) > MERGE_BELOW || Page.count(p, pb) == 1) {
      return;
    }
    int left = Math.min(slot[level - 1], Page.count(p, pb) - 2);
    PageRows above = new PageRows(true);
    above.load(p, pb);
    int leftPage = above.link[left];
    int rightPage = above.link[left + 1];
    PageRows rows = new PageRows(Page.isInner(segment(page), base(page)));
    rows.load(segment(leftPage), base(leftPage));
    int seam = rows.count;
    rows.load(segment(rightPage), base(rightPage));
    if (rows.inner) {
      rows.setKey(seam, above, left + 1);
    }
    if (rows.size(0, rows.count) > MERGE_MAX) {
      return;
    }
    if (!rows.inner) {
      discardTail(above.tailPage[left + 1]);
    }
    int merged = own(leftPage);
    rows.write(0, rows.count, segment(merged), base(merged), reclamation.batch());
    discard(rightPage);
    above.setChild(left, merged, rows.alive());
    above.remove(left + 1);
    above.write(0, above.count, p, pb, reclamation.batch());
    merge(level - 1);
  }

  /** Drops roots that have a single child. */
  private void lowerRoot() {
    while (true) {
      MemorySegment s = segment(root);
      long b = base(root);
      if (!Page.isInner(s, b) || Page.count(s, b) > 1) {
        return;
      }
      int child = Page.child(s, Page.row(s, b, 0));
      discard(root);
      root = child;
    }
  }

  // ---- pages

  /** The page itself if it belongs to this batch, otherwise a copy in its place. */
  private int own(int page) {
    long batch = reclamation.batch();
    if (Page.epoch(segment(page), base(page)) == batch) {
      return page;
    }
    int copy = slab.allocate();
    slab.copy(page, copy);
    Page.setEpoch(segment(copy), base(copy), batch);
    reclamation.retire(page);
    return copy;
  }

  /** Gives up a page of the tree: at once if no reader can know it. */
  private void discard(int page) {
    if (Page.epoch(segment(page), base(page)) == reclamation.batch()) {
      slab.free(page);
    } else {
      reclamation.retire(page);
    }
  }

  /** Gives up the tail of a key that left the tree. */
  void discardTail(int first) {
    for (int page = first; page != 0; ) {
      int next = OverflowKeys.next(slab, page);
      reclamation.retire(page);
      page = next;
    }
  }

  private MemorySegment segment(int page) {
    return slab.segment(page);
  }

  private static long base(int page) {
    return PageSlab.base(page);
  }
}
