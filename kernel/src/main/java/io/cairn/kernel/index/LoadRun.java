// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import io.cairn.spi.store.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Records that a bulk load has collected in revision order, and their sorting by key.
 *
 * <p>The sort is by the keys' bytes from the left, eight at a time behind what all keys share. Each
 * group of eight is sorted as numbers by a radix sort, which is stable, so the records of one key
 * stay in revision order; keys that agree in all eight are sorted by the next eight.
 */
final class LoadRun {

  static final int RECORDS_MAX = 1 << 18;
  private static final int KEY_BYTES_MAX = 32 << 20;
  private static final int INSERTION_SORT_MAX = 48;
  private static final int DIGIT = Long.BYTES;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  int count;
  byte[] keys = new byte[1 << 16];
  private int keyBytes;
  int[] at = new int[1024];
  int[] length = new int[1024];
  long[] create = new long[1024];
  long[] mod = new long[1024];
  long[] version = new long[1024];
  int[] sub = new int[1024];

  /** The records in key order, after {@link #sort}. */
  int[] order = {};

  private long[] digits = {};
  private long[] otherDigits = {};
  private int[] otherOrder = {};

  boolean isFull(int nextKey) {
    return count == RECORDS_MAX || (count > 0 && keyBytes + nextKey > KEY_BYTES_MAX);
  }

  void add(Bytes key, long createRevision, long main, int subRevision, long puts) {
    if (count == at.length) {
      grow();
    }
    int size = key.length();
    if (keyBytes + size > keys.length) {
      keys = Arrays.copyOf(keys, Math.max(keyBytes + size, keys.length * 2));
    }
    key.copyTo(keys, keyBytes);
    at[count] = keyBytes;
    length[count] = size;
    create[count] = createRevision;
    mod[count] = main;
    version[count] = puts;
    sub[count] = subRevision;
    keyBytes += size;
    count++;
  }

  void clear() {
    count = 0;
    keyBytes = 0;
  }

  /** Lets go of all memory; the run is not used any more. */
  void discard() {
    clear();
    keys = new byte[0];
    at = new int[0];
    length = new int[0];
    create = new long[0];
    mod = new long[0];
    version = new long[0];
    sub = new int[0];
    order = new int[0];
    digits = new long[0];
    otherDigits = new long[0];
    otherOrder = new int[0];
  }

  private void grow() {
    int size = count * 2;
    at = Arrays.copyOf(at, size);
    length = Arrays.copyOf(length, size);
    create = Arrays.copyOf(create, size);
    mod = Arrays.copyOf(mod, size);
    version = Arrays.copyOf(version, size);
    sub = Arrays.copyOf(sub, size);
  }

  boolean sameKey(int i, int j) {
    return length[i] == length[j]
        && Arrays.equals(keys, at[i], at[i] + length[i], keys, at[j], at[j] + length[j]);
  }

  void sort() {
    if (order.length < count) {
      order = new int[count];
      otherOrder = new int[count];
      digits = new long[count];
      otherDigits = new long[count];
    }
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    sort(0, count, 0);
  }

  /** The number of bytes in which all keys agree, of which {@code depth} are known. */
  private int commonPrefix(int from, int to, int depth) {
    int first = order[from];
    int common = length[first];
    for (int i = from + 1; i < to && common > depth; i++) {
      int other = order[i];
      int end = Math.min(common, length[other]);
      int differs =
          Arrays.mismatch(
              keys, at[first] + depth, at[first] + end, keys, at[other] + depth, at[other] + end);
      common = differs < 0 ? end : depth + differs;
    }
    return common;
  }

  /** Sorts records that agree in their first {@code known} bytes. */
  private void sort(int from, int to, int known) {
    if (to - from <= INSERTION_SORT_MAX) {
      insertionSort(from, to, known);
      return;
    }
    // Without this skip, many long keys with a long common part would recurse very deeply.
    int depth = commonPrefix(from, to, known);
    for (int i = from; i < to; i++) {
      digits[i] = digit(order[i], depth);
    }
    radixSort(from, to);
    for (int start = from; start < to; ) {
      int stop = endOfEqualDigits(start, to);
      if (stop - start > 1) {
        sortEqualDigits(start, stop, depth);
      }
      start = stop;
    }
  }

  private int endOfEqualDigits(int from, int to) {
    long digit = digits[from];
    int end = from + 1;
    while (end < to && digits[end] == digit) {
      end++;
    }
    return end;
  }

  /** Sorts records whose digits, padded with zeros, are equal: first those that end within it. */
  private void sortEqualDigits(int from, int to, int depth) {
    boolean goesOn = false;
    boolean ends = false;
    for (int i = from; i < to; i++) {
      boolean longer = length[order[i]] > depth + DIGIT;
      goesOn |= longer;
      ends |= !longer;
    }
    if (!goesOn) {
      sortByLength(from, to);
      return;
    }
    if (!ends) {
      sort(from, to, depth + DIGIT);
      return;
    }
    int next = from;
    int others = 0;
    for (int i = from; i < to; i++) {
      if (length[order[i]] > depth + DIGIT) {
        otherOrder[others++] = order[i];
      } else {
        order[next++] = order[i];
      }
    }
    System.arraycopy(otherOrder, 0, order, next, others);
    sortByLength(from, next);
    sort(next, to, depth + DIGIT);
  }

  private long digit(int record, int depth) {
    int left = length[record] - depth;
    int from = at[record] + depth;
    if (left >= DIGIT) {
      return (long) LONG.get(keys, from);
    }
    long digit = 0;
    for (int i = 0; i < left; i++) {
      digit |= (keys[from + i] & 0xffL) << (56 - 8 * i);
    }
    return digit;
  }

  /** Sorts {@link #digits} and {@link #order} together, least significant byte first. */
  private void radixSort(int from, int to) {
    long and = -1;
    long or = 0;
    for (int i = from; i < to; i++) {
      and &= digits[i];
      or |= digits[i];
    }
    long differs = and ^ or;
    int[] counts = new int[257];
    for (int shift = 0; shift < 64; shift += 8) {
      if ((differs >>> shift & 0xff) == 0) {
        continue;
      }
      Arrays.fill(counts, 0);
      count(from, to, shift, counts);
      for (int i = 0; i < 256; i++) {
        counts[i + 1] += counts[i];
      }
      distribute(from, to, shift, counts);
      System.arraycopy(otherDigits, from, digits, from, to - from);
      System.arraycopy(otherOrder, from, order, from, to - from);
    }
  }

  // A method for each loop, because a compiler that is met in the midst of a long method compiles
  // all of it, and at the next loop again.

  private void count(int from, int to, int shift, int[] counts) {
    for (int i = from; i < to; i++) {
      counts[(int) (digits[i] >>> shift & 0xff) + 1]++;
    }
  }

  /** Copies each digit to where those before it in value and in place leave off. */
  private void distribute(int from, int to, int shift, int[] starts) {
    for (int i = from; i < to; i++) {
      int target = from + starts[(int) (digits[i] >>> shift & 0xff)]++;
      otherDigits[target] = digits[i];
      otherOrder[target] = order[i];
    }
  }

  private void insertionSort(int from, int to, int depth) {
    for (int i = from + 1; i < to; i++) {
      int record = order[i];
      int j = i - 1;
      while (j >= from && compare(order[j], record, depth) > 0) {
        order[j + 1] = order[j];
        j--;
      }
      order[j + 1] = record;
    }
  }

  /**
   * Sorts records that are each other's prefixes; stable. Equal keys need no moves, and of others
   * there are at most nine lengths, so merging by length keeps this linear.
   */
  private void sortByLength(int from, int to) {
    int shortest = Integer.MAX_VALUE;
    int longest = 0;
    for (int i = from; i < to; i++) {
      shortest = Math.min(shortest, length[order[i]]);
      longest = Math.max(longest, length[order[i]]);
    }
    if (shortest == longest) {
      return;
    }
    int next = 0;
    for (int size = shortest; size <= longest; size++) {
      for (int i = from; i < to; i++) {
        if (length[order[i]] == size) {
          otherOrder[next++] = order[i];
        }
      }
    }
    System.arraycopy(otherOrder, 0, order, from, to - from);
  }

  private int compare(int i, int j, int depth) {
    return Arrays.compareUnsigned(
        keys, at[i] + depth, at[i] + length[i], keys, at[j] + depth, at[j] + length[j]);
  }
}
