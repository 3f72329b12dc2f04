// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.ByteOrder.BIG_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The keys of a page that is laid out as {@link Page} says. */
final class PageKeys {
  private static final ValueLayout.OfInt INT_SORTED =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG_SORTED =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN);
  private static final VarHandle ARRAY_INT_SORTED =
      MethodHandles.byteArrayViewVarHandle(int[].class, BIG_ENDIAN);
  private static final VarHandle ARRAY_LONG_SORTED =
      MethodHandles.byteArrayViewVarHandle(long[].class, BIG_ENDIAN);

  private PageKeys() {}

  /** The length of row {@code row}'s key behind the prefix, its tail not counted. */
  static int suffixLength(MemorySegment s, long row) {
    return s.get(Page.U16, row + Page.AT_KEY_LENGTH) & (Page.TAIL_MARK - 1);
  }

  static boolean hasTail(MemorySegment s, long row) {
    return (s.get(Page.U16, row + Page.AT_KEY_LENGTH) & Page.TAIL_MARK) != 0;
  }

  /** The first page of the tail of row {@code row}'s key, 0 if it has none. */
  static int tailPage(MemorySegment s, long b, long row) {
    return hasTail(s, row) ? s.get(Page.U32, tailLink(s, b, row)) : 0;
  }

  static int tailLength(MemorySegment s, long b, long row) {
    return hasTail(s, row) ? s.get(Page.U32, tailLink(s, b, row) + 4) : 0;
  }

  private static long tailLink(MemorySegment s, long b, long row) {
    return b
        + (s.get(Page.U16, row + Page.AT_KEY_HEAP) & 0xffff)
        + suffixLength(s, row)
        - Page.START;
  }

  static void readPrefix(MemorySegment s, long b, byte[] target, int at) {
    int length = Page.prefixLength(s, b);
    MemorySegment.copy(s, JAVA_BYTE, b + Page.HEAP_END - length, target, at, length);
  }

  /** Copies the key's head without the prefix. */
  static void readSuffix(MemorySegment s, long b, long row, byte[] target, int at) {
    int length = suffixLength(s, row);
    if (length >= Page.START) {
      ARRAY_INT_SORTED.set(target, at, s.get(INT_SORTED, row));
      MemorySegment.copy(
          s,
          JAVA_BYTE,
          b + (s.get(Page.U16, row + Page.AT_KEY_HEAP) & 0xffff),
          target,
          at + Page.START,
          length - Page.START);
    } else {
      int start = s.get(INT_SORTED, row);
      for (int i = 0; i < length; i++) {
        target[at + i] = (byte) (start >>> (24 - 8 * i));
      }
    }
  }

  /** The heap bytes that a key needs whose head has {@code suffix} bytes behind the prefix. */
  static int heapNeed(int suffix, boolean tail) {
    return Math.max(0, suffix - Page.START) + (tail ? Page.TAIL_LINK : 0);
  }

  /** Whether the page shares its prefix with the key and has room for it as another row. */
  static boolean takes(MemorySegment s, long b, byte[] key, int at, int headLength, boolean tail) {
    int prefix = Page.prefixLength(s, b);
    if (headLength < prefix || compare(key, at, s, b + Page.HEAP_END - prefix, prefix) != 0) {
      return false;
    }
    int need = Page.rowSize(s, b) + heapNeed(headLength - prefix, tail);
    return Page.used(s, b) + need <= Page.CAPACITY;
  }

  /**
   * Opens row {@code i} and writes its key, whose part behind the prefix is given. The columns are
   * the caller's to write.
   */
  static long insert(
      MemorySegment s,
      long b,
      int i,
      byte[] key,
      int at,
      int length,
      int tailPage,
      int tailLength) {
    int count = Page.count(s, b);
    int size = Page.rowSize(s, b);
    long row = b + Page.HEADER + (long) i * size;
    if (i < count) {
      MemorySegment.copy(s, row, s, row + size, (long) (count - i) * size);
    }
    s.set(INT_SORTED, row, start(key, at, length));
    int heap = Page.heap(s, b) - heapNeed(length, tailPage != 0);
    s.set(Page.U16, row + Page.AT_KEY_HEAP, (short) heap);
    s.set(
        Page.U16,
        row + Page.AT_KEY_LENGTH,
        (short) (tailPage != 0 ? length | Page.TAIL_MARK : length));
    if (length > Page.START) {
      MemorySegment.copy(key, at + Page.START, s, JAVA_BYTE, b + heap, length - Page.START);
    }
    if (tailPage != 0) {
      s.set(Page.U32, b + heap + length - Page.START, tailPage);
      s.set(Page.U32, b + heap + length - Page.START + 4, tailLength);
    }
    s.set(Page.U16, b + Page.AT_HEAP, (short) heap);
    s.set(Page.U16, b + Page.AT_COUNT, (short) (count + 1));
    return row;
  }

  /**
   * Finds a key.
   *
   * @return its row; otherwise, as {@code -row - 1}, the row before which it would be inserted. The
   *     first row of an inner page has no key and is not considered.
   */
  static int find(PageSlab slab, MemorySegment s, long b, byte[] key, int at, int length) {
    int low = Page.isInner(s, b) ? 1 : 0;
    int high = Page.count(s, b) - 1;
    int prefix = Page.prefixLength(s, b);
    if (prefix > 0) {
      int compared = compare(key, at, s, b + Page.HEAP_END - prefix, Math.min(prefix, length));
      if (compared > 0) {
        return -high - 2;
      }
      if (compared < 0 || length < prefix) {
        return -low - 1;
      }
    }
    int from = at + prefix;
    int rest = length - prefix;
    int start = start(key, from, rest) ^ Integer.MIN_VALUE;
    int size = Page.rowSize(s, b);
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long row = b + Page.HEADER + (long) middle * size;
      int compared = Integer.compare(start, s.get(INT_SORTED, row) ^ Integer.MIN_VALUE);
      if (compared == 0) {
        compared = compareBehindStart(slab, s, b, row, key, from, rest);
      }
      if (compared == 0) {
        return middle;
      }
      if (compared < 0) {
        high = middle - 1;
      } else {
        low = middle + 1;
      }
    }
    return -low - 1;
  }

  /** The row of an inner page below which {@code key} is to be found. */
  static int findChild(PageSlab slab, MemorySegment s, long b, byte[] key, int at, int length) {
    int found = find(slab, s, b, key, at, length);
    return found >= 0 ? found : -found - 2;
  }

  /** Compares a key with that of a row, of which prefix and start are known to be equal. */
  private static int compareBehindStart(
      PageSlab slab, MemorySegment s, long b, long row, byte[] key, int from, int length) {
    int rowLength = suffixLength(s, row);
    int common = Math.min(length, rowLength) - Page.START;
    if (common < 0) {
      // The shorter one, padded with zeros, equals the start of the other, so it is a prefix.
      return Integer.compare(length, rowLength);
    }
    long heap = b + (s.get(Page.U16, row + Page.AT_KEY_HEAP) & 0xffff);
    int compared = compare(key, from + Page.START, s, heap, common);
    if (compared != 0) {
      return compared;
    }
    if (length <= rowLength || !hasTail(s, row)) {
      int byLength = Integer.compare(length, rowLength);
      return byLength == 0 && hasTail(s, row) ? -1 : byLength;
    }
    return OverflowKeys.compare(
        slab,
        tailPage(s, b, row),
        tailLength(s, b, row),
        key,
        from + rowLength,
        length - rowLength);
  }

  /** The first four bytes as a number, padded with zeros. */
  private static int start(byte[] key, int at, int length) {
    if (length >= Page.START) {
      return (int) ARRAY_INT_SORTED.get(key, at);
    }
    int start = 0;
    for (int i = 0; i < length; i++) {
      start |= (key[at + i] & 0xff) << (24 - 8 * i);
    }
    return start;
  }

  /** Compares {@code length} bytes of a key with as many of a segment, unsigned. */
  static int compare(byte[] key, int at, MemorySegment s, long from, int length) {
    int i = 0;
    for (; i + Long.BYTES <= length; i += Long.BYTES) {
      long a = (long) ARRAY_LONG_SORTED.get(key, at + i);
      long b = s.get(LONG_SORTED, from + i);
      if (a != b) {
        return Long.compareUnsigned(a, b);
      }
    }
    for (; i < length; i++) {
      int difference = (key[at + i] & 0xff) - (s.get(JAVA_BYTE, from + i) & 0xff);
      if (difference != 0) {
        return difference;
      }
    }
    return 0;
  }
}
