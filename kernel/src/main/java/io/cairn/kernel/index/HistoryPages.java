// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import io.cairn.spi.environment.InvariantViolation;
import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The older records of keys, each a chain from newest to oldest that hangs on the key's row.
 *
 * <p>Records are written one behind the other into whatever page is being filled, whichever key
 * they belong to, and never changed: a compaction that shortens a chain writes what is left of it
 * anew. A page counts the records in it that are still in use and is given up when none is.
 *
 * <p>Beside the link to the next older record there is a jump to one much older, so that the record
 * of a given revision is found in logarithmically many steps even if a key was changed a million
 * times: the jumps of a chain form the skew-binary numbers that E. W. Myers describes in "An
 * applicative random-access stack". A jump spans as many records as the two jumps that it leaps
 * over, and one more, when those two are equally long; otherwise it is the plain link.
 */
final class HistoryPages {

  private static final int RECORD = 48;
  private static final int AT_MAIN = 0;
  private static final int AT_CREATE = 8;
  private static final int AT_VERSION = 16;
  private static final int AT_JUMP_MAIN = 24;
  private static final int AT_SUB = 32;
  private static final int AT_LINK = 36;
  private static final int AT_JUMP = 40;
  private static final int AT_SPAN = 44;

  private static final int SLOT_BITS = 7;
  private static final int PER_PAGE = (Page.SIZE - 8) / RECORD;
  private static final int AT_USED = PER_PAGE * RECORD;

  private final PageSlab slab;
  private final IntConsumer discard;
  private int filling;
  private int filled = PER_PAGE;

  /** Gives up pages by handing them to {@code discard}. */
  HistoryPages(PageSlab slab, IntConsumer discard) {
    this.slab = slab;
    this.discard = discard;
  }

  /** Puts a record on top of the chain {@code link} (0: an empty one) and returns the new chain. */
  int push(long create, long main, long version, int sub, int link) {
    if (filled == PER_PAGE) {
      turnPage();
    }
    MemorySegment s = slab.segment(filling);
    long b = PageSlab.base(filling);
    long at = b + (long) filled * RECORD;
    s.set(Page.U64, at + AT_MAIN, main);
    s.set(Page.U64, at + AT_CREATE, create);
    s.set(Page.U64, at + AT_VERSION, version);
    s.set(Page.U32, at + AT_SUB, sub);
    s.set(Page.U32, at + AT_LINK, link);
    setJump(s, at, link);
    s.set(Page.U16, b + AT_USED, (short) (s.get(Page.U16, b + AT_USED) + 1));
    return filling << SLOT_BITS | filled++;
  }

  private void setJump(MemorySegment s, long at, int link) {
    int jump = link;
    int span = 1;
    if (link != 0) {
      int near = jump(slab, link);
      if (near != 0 && span(slab, link) == span(slab, near)) {
        jump = jump(slab, near);
        span = 1 + 2 * span(slab, link);
      }
    }
    s.set(Page.U32, at + AT_JUMP, jump);
    s.set(Page.U32, at + AT_SPAN, span);
    s.set(Page.U64, at + AT_JUMP_MAIN, jump == 0 ? 0 : main(slab, jump));
  }

  private void turnPage() {
    seal();
    filling = slab.allocate();
    filled = 0;
    slab.segment(filling).set(Page.U64, PageSlab.base(filling) + AT_USED, 0);
  }

  /** Begins a new page with the next record; the present one is given up if nothing uses it. */
  void seal() {
    int sealed = filling;
    filling = 0;
    filled = PER_PAGE;
    if (sealed != 0 && used(slab, sealed) == 0) {
      discard.accept(sealed);
    }
  }

  /** The page that records are being added to, 0 if none. */
  int filling() {
    return filling;
  }

  /** Says that nothing of the newest tree refers to the record any more. */
  void release(int id) {
    int page = id >>> SLOT_BITS;
    int used = used(slab, page) - 1;
    InvariantViolation.check(used >= 0, "a history record was released twice");
    slab.segment(page).set(Page.U16, PageSlab.base(page) + AT_USED, (short) used);
    if (used == 0 && page != filling) {
      discard.accept(page);
    }
  }

  /** Whether the record lies on a page most of which is unused. */
  boolean isSparse(int id) {
    int page = id >>> SLOT_BITS;
    return page != filling && used(slab, page) < PER_PAGE / 4;
  }

  /** The record of a chain that was current at {@code revision}; null if the key was absent. */
  static @Nullable KeyRecord find(PageSlab slab, int chain, long revision) {
    int id = seek(slab, chain, revision);
    return id == 0 || version(slab, id) == 0 ? null : record(slab, id);
  }

  /** The newest record of a chain with a main revision of at most {@code revision}, 0 if none. */
  static int seek(PageSlab slab, int chain, long revision) {
    int id = chain;
    while (id != 0) {
      MemorySegment s = slab.segment(id >>> SLOT_BITS);
      long at = at(id);
      if (s.get(Page.U64, at + AT_MAIN) <= revision) {
        return id;
      }
      id =
          s.get(Page.U64, at + AT_JUMP_MAIN) > revision
              ? s.get(Page.U32, at + AT_JUMP)
              : s.get(Page.U32, at + AT_LINK);
    }
    return 0;
  }

  static KeyRecord record(PageSlab slab, int id) {
    MemorySegment s = slab.segment(id >>> SLOT_BITS);
    long at = at(id);
    return new KeyRecord(
        s.get(Page.U64, at + AT_CREATE),
        s.get(Page.U64, at + AT_MAIN),
        s.get(Page.U32, at + AT_SUB),
        s.get(Page.U64, at + AT_VERSION));
  }

  static long main(PageSlab slab, int id) {
    return slab.segment(id >>> SLOT_BITS).get(Page.U64, at(id) + AT_MAIN);
  }

  static long create(PageSlab slab, int id) {
    return slab.segment(id >>> SLOT_BITS).get(Page.U64, at(id) + AT_CREATE);
  }

  static long version(PageSlab slab, int id) {
    return slab.segment(id >>> SLOT_BITS).get(Page.U64, at(id) + AT_VERSION);
  }

  static int sub(PageSlab slab, int id) {
    return slab.segment(id >>> SLOT_BITS).get(Page.U32, at(id) + AT_SUB);
  }

  /** The next older record, 0 at the end. */
  static int link(PageSlab slab, int id) {
    return slab.segment(id >>> SLOT_BITS).get(Page.U32, at(id) + AT_LINK);
  }

  private static int jump(PageSlab slab, int id) {
    return slab.segment(id >>> SLOT_BITS).get(Page.U32, at(id) + AT_JUMP);
  }

  private static int span(PageSlab slab, int id) {
    return slab.segment(id >>> SLOT_BITS).get(Page.U32, at(id) + AT_SPAN);
  }

  static int used(PageSlab slab, int page) {
    return slab.segment(page).get(Page.U16, PageSlab.base(page) + AT_USED) & 0xffff;
  }

  private static long at(int id) {
    return PageSlab.base(id >>> SLOT_BITS) + (long) (id & ((1 << SLOT_BITS) - 1)) * RECORD;
  }
}
