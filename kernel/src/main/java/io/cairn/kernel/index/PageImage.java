// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A page on the heap, where it is packed and unpacked as a whole; the layout is that of {@link
 * Page}.
 *
 * <p>A restart packs and unpacks every page of the index before the compiler has got round to this
 * code. Bytes of an array, one after the other, run well even then, and take the compiler a tenth
 * of the time that accesses to memory segments take it. So this class does without words.
 */
final class PageImage {
  private final byte[] bytes = new byte[Page.SIZE];

  // ---- packing

  /** Packs some of the rows, which must fit, and writes the page. */
  void pack(PageRows rows, int from, int to, long epoch, MemorySegment s, long b) {
    Arrays.fill(bytes, 0, Page.HEADER, (byte) 0);
    int prefix = rows.prefix(from, to);
    int heap = Page.HEAP_END - prefix;
    if (prefix > 0) {
      System.arraycopy(rows.heads, rows.at[rows.firstKeyed(from)], bytes, heap, prefix);
    }
    heap = rows.inner ? packInner(rows, from, to, heap) : packLeaf(rows, from, to, prefix, heap);
    set(Page.AT_COUNT, 2, to - from);
    set(Page.AT_HEAP, 2, heap);
    set(Page.AT_PREFIX, 2, prefix);
    set(Page.AT_EPOCH, 8, epoch);
    MemorySegment.copy(bytes, 0, s, JAVA_BYTE, b, Page.SIZE);
  }

  private int packInner(PageRows rows, int from, int to, int heapEnd) {
    int prefix = Page.HEAP_END - heapEnd;
    int heap = heapEnd;
    int row = Page.HEADER;
    for (int i = from; i < to; i++) {
      heap = i == from ? packNoKey(row, heap) : packKey(rows, i, prefix, row, heap);
      set(row + Page.ROW_KEY, 4, rows.link[i]);
      set(row + Page.ROW_KEY + 4, 8, rows.version[i]);
      row += Page.INNER_ROW;
    }
    set(Page.AT_INNER, 1, 1);
    set(Page.AT_ROW_SIZE, 1, Page.INNER_ROW);
    return heap;
  }

  private int packLeaf(PageRows rows, int from, int to, int prefix, int heapEnd) {
    long mods = 0;
    long versions = 0;
    int subs = 0;
    int links = 0;
    int alive = 0;
    for (int i = from; i < to; i++) {
      mods |= rows.mod[i];
      versions |= rows.version[i];
      subs |= rows.sub[i];
      links |= rows.link[i];
      alive += rows.version[i] == 0 ? 0 : 1;
    }
    int revisionWidth = Page.width(mods);
    int versionWidth = Page.width(versions);
    int subWidth = Page.width(subs);
    int linkWidth = links == 0 ? 0 : 4;
    int heap = heapEnd;
    int row = Page.HEADER;
    for (int i = from; i < to; i++) {
      heap = packKey(rows, i, prefix, row, heap);
      row += Page.ROW_KEY;
      row = set(row, revisionWidth, rows.create[i]);
      row = set(row, revisionWidth, rows.mod[i]);
      row = set(row, versionWidth, rows.version[i]);
      row = set(row, subWidth, rows.sub[i]);
      row = set(row, linkWidth, rows.link[i]);
    }
    set(Page.AT_REVISION_WIDTH, 1, revisionWidth);
    set(Page.AT_VERSION_WIDTH, 1, versionWidth);
    set(Page.AT_SUB_WIDTH, 1, subWidth);
    set(Page.AT_LINK_WIDTH, 1, linkWidth);
    set(Page.AT_ROW_SIZE, 1, Page.leafRow(revisionWidth, versionWidth, subWidth, linkWidth));
    set(Page.AT_ALIVE, 2, alive);
    return heap;
  }

  private int packNoKey(int row, int heap) {
    set(row, Page.START, 0);
    set(row + Page.AT_KEY_HEAP, 2, heap);
    set(row + Page.AT_KEY_LENGTH, 2, 0);
    return heap;
  }

  /** Packs what row {@code i}'s key has behind the prefix; returns where the heap begins now. */
  private int packKey(PageRows rows, int i, int prefix, int row, int heapEnd) {
    int from = rows.at[i] + prefix;
    int length = rows.length[i] - prefix;
    int tail = rows.tailPage[i];
    int heap = heapEnd - PageKeys.heapNeed(length, tail != 0);
    for (int j = 0; j < Page.START; j++) {
      bytes[row + j] = j < length ? rows.heads[from + j] : 0;
    }
    if (length > Page.START) {
      System.arraycopy(rows.heads, from + Page.START, bytes, heap, length - Page.START);
    }
    if (tail != 0) {
      int link = heap + length - Page.START;
      set(link, 4, tail);
      set(link + 4, 4, rows.tailLength[i]);
    }
    set(row + Page.AT_KEY_HEAP, 2, heap);
    set(row + Page.AT_KEY_LENGTH, 2, tail == 0 ? length : length | Page.TAIL_MARK);
    return heap;
  }

  // ---- unpacking

  /** Reads a page and appends all its rows. */
  void unpack(MemorySegment s, long b, PageRows rows) {
    MemorySegment.copy(s, JAVA_BYTE, b, bytes, 0, Page.SIZE);
    int count = get(Page.AT_COUNT, 2);
    if (get(Page.AT_INNER, 1) != 0) {
      unpackInner(count, rows);
    } else {
      unpackLeaf(count, rows);
    }
  }

  private void unpackInner(int count, PageRows rows) {
    int row = Page.HEADER;
    for (int i = 0; i < count; i++) {
      int n = i == 0 ? rows.append(0) : unpackKey(row, rows);
      rows.setChild(n, get(row + Page.ROW_KEY, 4), number(row + Page.ROW_KEY + 4, 8));
      row += Page.INNER_ROW;
    }
  }

  private void unpackLeaf(int count, PageRows rows) {
    int revisionWidth = get(Page.AT_REVISION_WIDTH, 1);
    int versionWidth = get(Page.AT_VERSION_WIDTH, 1);
    int subWidth = get(Page.AT_SUB_WIDTH, 1);
    int linkWidth = get(Page.AT_LINK_WIDTH, 1);
    int rowSize = get(Page.AT_ROW_SIZE, 1);
    int row = Page.HEADER;
    for (int i = 0; i < count; i++) {
      int n = unpackKey(row, rows);
      int mod = row + Page.ROW_KEY + revisionWidth;
      int version = mod + revisionWidth;
      int sub = version + versionWidth;
      rows.setColumns(
          n,
          number(row + Page.ROW_KEY, revisionWidth),
          number(mod, revisionWidth),
          number(version, versionWidth),
          get(sub, subWidth),
          get(sub + subWidth, linkWidth));
      row += rowSize;
    }
  }

  private int unpackKey(int row, PageRows rows) {
    int prefix = get(Page.AT_PREFIX, 2);
    int mark = get(row + Page.AT_KEY_LENGTH, 2);
    int length = mark & (Page.TAIL_MARK - 1);
    int heap = get(row + Page.AT_KEY_HEAP, 2);
    int n = rows.append(prefix + length);
    byte[] heads = rows.heads;
    int to = rows.at[n];
    System.arraycopy(bytes, Page.HEAP_END - prefix, heads, to, prefix);
    to += prefix;
    for (int j = 0; j < Page.START && j < length; j++) {
      heads[to + j] = bytes[row + j];
    }
    if (length > Page.START) {
      System.arraycopy(bytes, heap, heads, to + Page.START, length - Page.START);
    }
    if (mark != length) {
      int link = heap + length - Page.START;
      rows.tailPage[n] = get(link, 4);
      rows.tailLength[n] = get(link + 4, 4);
    }
    return n;
  }

  // ---- numbers, the lowest byte first

  /** Writes a number and returns where it ends. */
  private int set(int at, int width, long number) {
    int end = at + width;
    long left = number;
    for (int i = at; i < end; i++) {
      bytes[i] = (byte) left;
      left >>>= 8;
    }
    return end;
  }

  private long number(int at, int width) {
    long number = 0;
    for (int i = at + width - 1; i >= at; i--) {
      number = number << 8 | (bytes[i] & 0xff);
    }
    return number;
  }

  private int get(int at, int width) {
    return (int) number(at, width);
  }
}
