// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

/**
 * Packs rows that arrive in key order into pages of one level, about nine tenths full.
 *
 * <p>The last row stays back until its successor is known, so that pages are cut where the next row
 * would not fit and the separator can be made from both neighbours. Finished pages become the rows
 * of {@link #pages}, from which the level above is packed in the same way.
 */
final class PagePacker {

  private static final int FULL = Page.CAPACITY * 9 / 10;

  /** The child of a page's row between its separator being made and it being written. */
  private static final int UNWRITTEN = 0;

  private final PageSlab slab;
  private final long batch;
  private final PageRows rows;

  /** One row for each page written: its number and, but for the first, its separator. */
  private final PageRows pages = new PageRows(true);

  /** What the rows share at their beginning, and what their keys then need behind the columns. */
  private int prefix;

  private int heapBytes;
  private long mods;
  private long versions;
  private int subs;
  private int links;

  PagePacker(PageSlab slab, long batch, boolean inner) {
    this.slab = slab;
    this.batch = batch;
    this.rows = new PageRows(inner);
  }

  /** Where the caller puts the next row, last; then it calls {@link #added}. */
  PageRows rows() {
    return rows;
  }

  /** Writes a page if the row that was just added does not fit beside those before it. */
  void added() {
    int last = rows.count - 1;
    note(last);
    if (last > 0 && size() > FULL && (!rows.inner || last > 1)) {
      write(last);
      pages.addSeparator(slab, rows, last);
      pages.setChild(pages.count - 1, UNWRITTEN, 0);
      rows.keepLast();
      forget();
      note(0);
    }
  }

  /** Adds the row at {@code i}, the last one, to the totals from which the size follows. */
  private void note(int i) {
    int shared = rows.prefix(0, rows.count);
    if (shared == prefix && i > 0) {
      heapBytes += rows.heapNeed(i, shared);
    } else {
      // Rare: the prefix only ever gets shorter while a page fills.
      prefix = shared;
      heapBytes = rows.heapBytes(0, rows.count, shared);
    }
    mods |= rows.mod[i];
    versions |= rows.version[i];
    subs |= rows.sub[i];
    links |= rows.link[i];
  }

  private void forget() {
    mods = 0;
    versions = 0;
    subs = 0;
    links = 0;
  }

  /** The size of all rows in one page. */
  private int size() {
    int row =
        rows.inner
            ? Page.INNER_ROW
            : Page.leafRow(
                Page.width(mods), Page.width(versions), Page.width(subs), links == 0 ? 0 : 4);
    return prefix + rows.count * row + heapBytes;
  }

  private void write(int count) {
    int page = slab.allocate();
    rows.write(0, count, slab.segment(page), PageSlab.base(page), batch);
    if (pages.count == 0) {
      pages.insert(0, new byte[0], 0, 0, 0, 0);
    }
    pages.setChild(pages.count - 1, page, Tree.alive(slab, page));
  }

  /** Writes what is left and returns all pages. */
  PageRows finish() {
    if (rows.count > 0) {
      write(rows.count);
    }
    return pages;
  }

  /** Builds the levels above {@code leaves} and returns the root. */
  static int raise(PageSlab slab, long batch, PageRows leaves) {
    PageRows level = leaves;
    while (level.count > 1) {
      PagePacker above = new PagePacker(slab, batch, true);
      for (int i = 0; i < level.count; i++) {
        above.rows.insert(above.rows.count, level, i);
        above.rows.setChild(above.rows.count - 1, level.link[i], level.version[i]);
        above.added();
      }
      level = above.finish();
    }
    return level.link[0];
  }
}
