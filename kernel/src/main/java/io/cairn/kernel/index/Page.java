// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The layout of a tree page: its header, and the columns of its rows. {@link PageKeys} reads, finds
 * and inserts the keys.
 *
 * <p>A page is a header, an array of rows sorted by key that grows upwards, and a heap of key bytes
 * that grows downwards from the prefix that all keys of the page share:
 *
 * <pre>
 *  0      24                                                          4088   4096
 *  | header | row 0 | row 1 | ... | row n-1 |  free  | key heap | prefix | pad |
 * </pre>
 *
 * <p>A row begins with the first four bytes of the key behind the prefix as a big-endian number
 * (zero padded), so that most comparisons end within the row; then the place and length of what
 * follows. Only the first 1000 bytes of a key, its <em>head</em>, live in pages; the rest, its
 * <em>tail</em>, is found through a link behind the head ({@link OverflowKeys}).
 *
 * <table>
 *   <caption>Rows</caption>
 *   <tr><th>all</th><td>key start (4), heap offset (2), length behind the prefix (2, with a mark for
 *     a tail)</td></tr>
 *   <tr><th>leaf</th><td>create revision, modification revision (main), version, sub, history
 *     link. Each column is as wide as the page's largest number needs, 0 bytes if all are 0.
 *     A version of 0 marks a tombstone.</td></tr>
 *   <tr><th>inner</th><td>child page (4), number of keys alive below it (8). A row's key is the
 *     smallest that may be found below the child; the first row has none.</td></tr>
 * </table>
 *
 * <p>Columns are read as masked 64-bit words, which may reach up to 8 bytes past the row; the pad
 * at the end of the page keeps that within the page.
 */
final class Page {

  static final int SIZE = 4096;
  static final int HEADER = 24;
  static final int HEAP_END = SIZE - 8;

  /** What rows, heap and prefix may take together. */
  static final int CAPACITY = HEAP_END - HEADER;

  static final int HEAD_MAX = 1000;

  /** Below {@link #HEAD_MAX}, so that a key with a tail has at least four bytes in its page. */
  static final int PREFIX_MAX = 512;

  /** The bytes of a row that belong to the key. */
  static final int ROW_KEY = 8;

  /** The bytes of a key's start that a row holds itself. */
  static final int START = 4;

  static final int INNER_ROW = ROW_KEY + 12;

  /** The bytes that the link to a tail takes in the heap: page and length. */
  static final int TAIL_LINK = 8;

  static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);

  static final int AT_INNER = 0;
  static final int AT_REVISION_WIDTH = 1;
  static final int AT_VERSION_WIDTH = 2;
  static final int AT_SUB_WIDTH = 3;
  static final int AT_LINK_WIDTH = 4;
  static final int AT_ROW_SIZE = 5;
  static final int AT_COUNT = 6;
  static final int AT_HEAP = 8;
  static final int AT_PREFIX = 10;
  static final int AT_ALIVE = 12;
  static final int AT_EPOCH = 16;

  /** Where a row says where the rest of its key lies in the heap, and how long the key is. */
  static final int AT_KEY_HEAP = 4;

  static final int AT_KEY_LENGTH = 6;
  static final int TAIL_MARK = 0x8000;

  private Page() {}

  // ---- header

  static void init(MemorySegment s, long b, boolean inner, long epoch) {
    s.set(U64, b, inner ? 1 : 0);
    s.set(U64, b + 8, 0);
    s.set(U64, b + AT_EPOCH, epoch);
    s.set(JAVA_BYTE, b + AT_ROW_SIZE, (byte) (inner ? INNER_ROW : ROW_KEY));
    s.set(U16, b + AT_HEAP, (short) HEAP_END);
  }

  static int leafRow(int revisionWidth, int versionWidth, int subWidth, int linkWidth) {
    return ROW_KEY + 2 * revisionWidth + versionWidth + subWidth + linkWidth;
  }

  static boolean isInner(MemorySegment s, long b) {
    return s.get(JAVA_BYTE, b + AT_INNER) != 0;
  }

  static int revisionWidth(MemorySegment s, long b) {
    return s.get(JAVA_BYTE, b + AT_REVISION_WIDTH);
  }

  static int versionWidth(MemorySegment s, long b) {
    return s.get(JAVA_BYTE, b + AT_VERSION_WIDTH);
  }

  static int subWidth(MemorySegment s, long b) {
    return s.get(JAVA_BYTE, b + AT_SUB_WIDTH);
  }

  static int linkWidth(MemorySegment s, long b) {
    return s.get(JAVA_BYTE, b + AT_LINK_WIDTH);
  }

  static int rowSize(MemorySegment s, long b) {
    return s.get(JAVA_BYTE, b + AT_ROW_SIZE);
  }

  static int count(MemorySegment s, long b) {
    return s.get(U16, b + AT_COUNT) & 0xffff;
  }

  /** Where the heap begins. */
  static int heap(MemorySegment s, long b) {
    return s.get(U16, b + AT_HEAP) & 0xffff;
  }

  static int prefixLength(MemorySegment s, long b) {
    return s.get(U16, b + AT_PREFIX) & 0xffff;
  }

  /** The number of rows of a leaf that are not tombstones. */
  static int alive(MemorySegment s, long b) {
    return s.get(U16, b + AT_ALIVE) & 0xffff;
  }

  static void setAlive(MemorySegment s, long b, int alive) {
    s.set(U16, b + AT_ALIVE, (short) alive);
  }

  /** The batch in which the page was written; it may be changed while that batch lasts. */
  static long epoch(MemorySegment s, long b) {
    return s.get(U64, b + AT_EPOCH);
  }

  static void setEpoch(MemorySegment s, long b, long epoch) {
    s.set(U64, b + AT_EPOCH, epoch);
  }

  /** The bytes taken by rows, heap and prefix. */
  static int used(MemorySegment s, long b) {
    return count(s, b) * rowSize(s, b) + HEAP_END - heap(s, b);
  }

  // ---- rows

  static long row(MemorySegment s, long b, int i) {
    return b + HEADER + (long) i * rowSize(s, b);
  }

  static long create(MemorySegment s, long b, long row) {
    return word(s, row + ROW_KEY, revisionWidth(s, b));
  }

  static long mod(MemorySegment s, long b, long row) {
    int width = revisionWidth(s, b);
    return word(s, row + ROW_KEY + width, width);
  }

  static long version(MemorySegment s, long b, long row) {
    return word(s, row + ROW_KEY + 2L * revisionWidth(s, b), versionWidth(s, b));
  }

  static int sub(MemorySegment s, long b, long row) {
    return (int)
        word(s, row + ROW_KEY + 2L * revisionWidth(s, b) + versionWidth(s, b), subWidth(s, b));
  }

  static int link(MemorySegment s, long b, long row) {
    return linkWidth(s, b) == 0 ? 0 : s.get(U32, row + rowSize(s, b) - 4L);
  }

  static int child(MemorySegment s, long row) {
    return s.get(U32, row + ROW_KEY);
  }

  static void setChild(MemorySegment s, long row, int page) {
    s.set(U32, row + ROW_KEY, page);
  }

  static long childAlive(MemorySegment s, long row) {
    return s.get(U64, row + ROW_KEY + 4);
  }

  static void setChildAlive(MemorySegment s, long row, long alive) {
    s.set(U64, row + ROW_KEY + 4, alive);
  }

  /** Whether the columns of a leaf are wide enough for these numbers. */
  static boolean columnsHold(MemorySegment s, long b, long mod, long version, int sub, int link) {
    return width(mod) <= revisionWidth(s, b)
        && width(version) <= versionWidth(s, b)
        && width(sub) <= subWidth(s, b)
        && (link == 0 || linkWidth(s, b) != 0);
  }

  static void setColumns(
      MemorySegment s, long b, long row, long create, long mod, long version, int sub, int link) {
    int revisionWidth = revisionWidth(s, b);
    int versionWidth = versionWidth(s, b);
    int subWidth = subWidth(s, b);
    long at = row + ROW_KEY;
    setWord(s, at, revisionWidth, create);
    setWord(s, at + revisionWidth, revisionWidth, mod);
    at += 2L * revisionWidth;
    setWord(s, at, versionWidth, version);
    setWord(s, at + versionWidth, subWidth, sub);
    if (linkWidth(s, b) != 0) {
      s.set(U32, at + versionWidth + subWidth, link);
    }
  }

  /** The number of bytes that {@code number} needs, 0 for 0. */
  static int width(long number) {
    return (71 - Long.numberOfLeadingZeros(number)) >>> 3;
  }

  private static long word(MemorySegment s, long at, int width) {
    return width == 0 ? 0 : s.get(U64, at) & (-1L >>> (64 - 8 * width));
  }

  private static void setWord(MemorySegment s, long at, int width, long value) {
    if (width == 0) {
      return;
    }
    long mask = -1L >>> (64 - 8 * width);
    s.set(U64, at, (s.get(U64, at) & ~mask) | value);
  }
}
