// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Drops records that no read at or above a floor can reach, a few at a time.
 *
 * <p>Of the records of a key with a main revision up to the floor, the newest survives if it is a
 * put, and so does a tombstone of exactly the floor, so that a watch from the floor still sees the
 * deletion. Everything else goes, and a key of which nothing is left goes too.
 *
 * <p>A chain of older records that loses any is written anew, so the work for one key grows with
 * what it keeps above the floor; chains that lose nothing cost a look.
 *
 * <p>Between two steps the writer may do anything; the compaction goes on behind the last key it
 * has looked at. What a step changes is published with the batch it runs in, and the states before
 * stay intact for those who read them.
 */
@OnLane("apply")
public final class IndexCompaction {

  private final PageSlab slab;
  private final TreeEditor editor;
  private final HistoryPages history;
  private final long floor;
  private final PageRows rows = new PageRows(false);

  /** Everything below is done; null when all is. */
  private @Nullable Bytes position = Bytes.EMPTY;

  /** The records of the chain at hand, newest first. */
  private int[] kept = new int[16];

  private int keptCount;
  private int[] gone = new int[16];
  private int goneCount;
  private int visited;
  private long dropped;

  IndexCompaction(PageSlab slab, TreeEditor editor, HistoryPages history, long floor) {
    this.slab = slab;
    this.editor = editor;
    this.history = history;
    this.floor = floor;
  }

  /** The oldest revision that can still be read afterwards. */
  public long floor() {
    return floor;
  }

  /** How many records have been reported as dropped so far. */
  public long dropped() {
    return dropped;
  }

  /**
   * Looks at the next {@code records} records or a few more (at least the keys of one page, with
   * all records of each) and reports what it drops.
   *
   * @return whether anything is left to do
   */
  public boolean step(int records, DroppedRecords sink) {
    visited = 0;
    while (position != null && visited < records) {
      position = compactLeaf(position, sink);
    }
    return position != null;
  }

  /** Compacts the leaf that holds {@code from}; returns where the next one begins. */
  private @Nullable Bytes compactLeaf(Bytes from, DroppedRecords sink) {
    Tree.Place place = Tree.place(slab, editor.root(), from);
    MemorySegment s = slab.segment(place.leaf());
    long b = PageSlab.base(place.leaf());
    visited += Page.count(s, b);
    if (!needsWork(s, b)) {
      return place.fence();
    }
    int leaf = editor.descend(from.array(), from.offset(), from.length());
    rows.clear();
    rows.load(slab.segment(leaf), PageSlab.base(leaf));
    for (int i = 0; i < rows.count; ) {
      if (compactRow(i, sink)) {
        i++;
      } else {
        editor.discardTail(rows.tailPage[i]);
        rows.remove(i);
      }
    }
    editor.shrink(rows);
    return place.fence();
  }

  private boolean needsWork(MemorySegment s, long b) {
    for (int i = Page.count(s, b) - 1; i >= 0; i--) {
      long row = Page.row(s, b, i);
      long mod = Page.mod(s, b, row);
      boolean tombstone = Page.version(s, b, row) == 0;
      if (tombstone && mod < floor) {
        return true;
      }
      int link = Page.link(s, b, row);
      if (link != 0 && trims(link, mod <= floor)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether anything of a chain is to be dropped, or moved away from a page that is mostly empty.
   *
   * <p>The chain is walked only if it seems so: a key that is changed all the time may have very
   * many records above the floor.
   *
   * @param superseded whether a newer record of the key is at or below the floor already
   */
  private boolean trims(int link, boolean superseded) {
    int reached = HistoryPages.seek(slab, link, floor);
    visited++;
    if (reached == 0) {
      return false;
    }
    boolean last = HistoryPages.link(slab, reached) == 0;
    if (!superseded && last && HistoryPages.version(slab, reached) != 0) {
      return history.isSparse(reached);
    }
    split(link, superseded);
    return goneCount > 0 || history.isSparse(reached);
  }

  /** Walks a chain, newest record first, and tells those that are kept from those that go. */
  private void split(int link, boolean superseded) {
    boolean found = superseded;
    keptCount = 0;
    goneCount = 0;
    for (int id = link; id != 0; id = HistoryPages.link(slab, id)) {
      long main = HistoryPages.main(slab, id);
      boolean tombstone = HistoryPages.version(slab, id) == 0;
      if (main > floor || (tombstone ? main == floor : !found)) {
        if (keptCount == kept.length) {
          kept = Arrays.copyOf(kept, keptCount * 2);
        }
        kept[keptCount++] = id;
      } else {
        if (goneCount == gone.length) {
          gone = Arrays.copyOf(gone, goneCount * 2);
        }
        gone[goneCount++] = id;
      }
      found |= main <= floor;
    }
    visited += keptCount + goneCount;
  }

  /** Compacts an unpacked row; returns whether the key stays. */
  private boolean compactRow(int i, DroppedRecords sink) {
    int link = rows.link[i];
    boolean superseded = rows.mod[i] <= floor;
    if (link != 0 && trims(link, superseded)) {
      split(link, superseded);
      rows.link[i] = rewriteChain(sink);
    }
    boolean stays = rows.version[i] != 0 || rows.mod[i] >= floor;
    if (!stays) {
      dropped++;
      sink.dropped(rows.mod[i], rows.sub[i], true);
    }
    return stays;
  }

  /** Writes what is kept of a chain anew, reports the rest, and gives up the records there were. */
  private int rewriteChain(DroppedRecords sink) {
    int link = 0;
    for (int i = keptCount - 1; i >= 0; i--) {
      int id = kept[i];
      link =
          history.push(
              HistoryPages.create(slab, id),
              HistoryPages.main(slab, id),
              HistoryPages.version(slab, id),
              HistoryPages.sub(slab, id),
              link);
      history.release(id);
    }
    dropped += goneCount;
    for (int i = goneCount - 1; i >= 0; i--) {
      int id = gone[i];
      sink.dropped(
          HistoryPages.main(slab, id),
          HistoryPages.sub(slab, id),
          HistoryPages.version(slab, id) == 0);
      history.release(id);
    }
    return link;
  }
}
