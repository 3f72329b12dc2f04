// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import java.lang.foreign.MemorySegment;

/**
 * Walks the keys of a range in ascending order, as they were at a revision.
 *
 * <p>Stands before the first key at the beginning. Positioning took O(log n); a step allocates
 * nothing, and key bytes are built only when {@link #key} is called. Stop by not calling {@link
 * #next} again.
 *
 * <p><b>Threads.</b> Belongs to one caller. <b>Ownership.</b> Valid until the view it came from is
 * closed; if it came from the writer, until the writer's next change.
 */
@OnLane("owner")
public final class IndexCursor {

  private static final int DEPTH_MAX = 64;

  private final PageSlab slab;
  private final KeyRange range;
  private final long revision;
  private final int[] path = new int[DEPTH_MAX];
  private final int[] slot = new int[DEPTH_MAX];
  private int depth;

  private MemorySegment segment;
  private long base;
  private int page;
  private int index;
  private int end;

  private long create;
  private long main;
  private int sub;
  private long version;

  IndexCursor(PageSlab slab, int root, KeyRange range, long revision) {
    this.slab = slab;
    this.range = range;
    this.revision = revision;
    this.page = root;
    this.segment = slab.segment(root);
    this.base = PageSlab.base(root);
    if (range.isVoid()) {
      return;
    }
    Bytes from = range.key();
    while (Page.isInner(segment, base)) {
      path[depth] = page;
      slot[depth] =
          PageKeys.findChild(slab, segment, base, from.array(), from.offset(), from.length());
      enter(Page.child(segment, Page.row(segment, base, slot[depth])));
      depth++;
    }
    int found = PageKeys.find(slab, segment, base, from.array(), from.offset(), from.length());
    index = (found >= 0 ? found : -found - 1) - 1;
    end = range.isSingle() ? (found >= 0 ? found + 1 : 0) : endOfLeaf();
  }

  /** Goes to the next key that existed at the revision; false at the end of the range. */
  public boolean next() {
    while (true) {
      while (++index < end) {
        if (read(Page.row(segment, base, index))) {
          return true;
        }
      }
      if (end < Page.count(segment, base) || range.isSingle() || range.isVoid() || !nextLeaf()) {
        index = end;
        return false;
      }
    }
  }

  private boolean read(long row) {
    main = Page.mod(segment, base, row);
    version = Page.version(segment, base, row);
    if (main <= revision) {
      if (version == 0) {
        return false;
      }
      create = Page.create(segment, base, row);
      sub = Page.sub(segment, base, row);
      return true;
    }
    int id = HistoryPages.seek(slab, Page.link(segment, base, row), revision);
    if (id == 0) {
      return false;
    }
    version = HistoryPages.version(slab, id);
    main = HistoryPages.main(slab, id);
    create = HistoryPages.create(slab, id);
    sub = HistoryPages.sub(slab, id);
    return version != 0;
  }

  private boolean nextLeaf() {
    while (depth > 0) {
      depth--;
      enter(path[depth]);
      if (++slot[depth] < Page.count(segment, base)) {
        enter(Page.child(segment, Page.row(segment, base, slot[depth])));
        depth++;
        while (Page.isInner(segment, base)) {
          path[depth] = page;
          slot[depth] = 0;
          enter(Page.child(segment, Page.row(segment, base, 0)));
          depth++;
        }
        index = -1;
        end = endOfLeaf();
        return true;
      }
    }
    return false;
  }

  private void enter(int child) {
    page = child;
    segment = slab.segment(child);
    base = PageSlab.base(child);
  }

  private int endOfLeaf() {
    if (range.isOpenEnded()) {
      return Page.count(segment, base);
    }
    Bytes to = range.end();
    int found = PageKeys.find(slab, segment, base, to.array(), to.offset(), to.length());
    return found >= 0 ? found : -found - 1;
  }

  /** The present key, in an array of its own. */
  public Bytes key() {
    return Bytes.of(Tree.key(slab, page, index));
  }

  /** The revision of the put that created this incarnation of the key. */
  public long createRevision() {
    return create;
  }

  /** The revision of the last put, by which the record is found. */
  public long modRevision() {
    return main;
  }

  /** The position of that put within its revision. */
  public int sub() {
    return sub;
  }

  /** The number of puts in this incarnation. */
  public long version() {
    return version;
  }
}
