// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/**
 * The tails of long keys: chains of pages, each a link to the next page (4 bytes) and key bytes.
 *
 * <p>A chain is written once and never changed. Exactly one row of the newest tree refers to it;
 * when that row moves to another page, the reference moves with it.
 */
final class OverflowKeys {

  private static final int HEADER = 4;
  private static final int PER_PAGE = Page.SIZE - HEADER;

  private OverflowKeys() {}

  /** Stores the part of a key that its head leaves over; returns the first page. */
  static int write(PageSlab slab, byte[] key, int at, int length) {
    int first = slab.allocate();
    int page = first;
    int from = at;
    int left = length;
    while (true) {
      MemorySegment s = slab.segment(page);
      long b = PageSlab.base(page);
      int here = Math.min(left, PER_PAGE);
      MemorySegment.copy(key, from, s, JAVA_BYTE, b + HEADER, here);
      from += here;
      left -= here;
      int next = left == 0 ? 0 : slab.allocate();
      s.set(Page.U32, b, next);
      if (next == 0) {
        return first;
      }
      page = next;
    }
  }

  static void read(PageSlab slab, int first, int length, byte[] target, int at) {
    int page = first;
    int to = at;
    int left = length;
    while (left > 0) {
      MemorySegment s = slab.segment(page);
      long b = PageSlab.base(page);
      int here = Math.min(left, PER_PAGE);
      MemorySegment.copy(s, JAVA_BYTE, b + HEADER, target, to, here);
      to += here;
      left -= here;
      page = s.get(Page.U32, b);
    }
  }

  /** Compares {@code length} bytes of a key with a stored tail. */
  static int compare(PageSlab slab, int first, int tailLength, byte[] key, int at, int length) {
    int page = first;
    int from = at;
    int left = Math.min(length, tailLength);
    while (left > 0) {
      MemorySegment s = slab.segment(page);
      long b = PageSlab.base(page);
      int here = Math.min(left, PER_PAGE);
      int compared = PageKeys.compare(key, from, s, b + HEADER, here);
      if (compared != 0) {
        return compared;
      }
      from += here;
      left -= here;
      page = s.get(Page.U32, b);
    }
    return Integer.compare(length, tailLength);
  }

  /** The page that follows in the chain, 0 at its end. */
  static int next(PageSlab slab, int page) {
    return slab.segment(page).get(Page.U32, PageSlab.base(page));
  }
}
