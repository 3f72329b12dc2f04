// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The rows of one or more pages, unpacked for reshaping.
 *
 * <p>Everything that does not fit into a page as it stands (a wider column, a key without the
 * page's prefix, a split, a merge, a removal, a bulk load) unpacks pages into this form, changes
 * it, and packs it again with the longest prefix and the narrowest columns. That happens once in
 * about a hundred inserts.
 *
 * <p>Rows of inner pages use {@link #link} for the child and {@link #version} for the number of
 * keys alive below it. The key of an inner page's first row is not packed, since the page's own row
 * in its parent has it.
 */
final class PageRows {

  final boolean inner;
  int count;

  /** The heads of all keys, in no particular order. */
  byte[] heads = new byte[1024];

  private int headsUsed;
  int[] at = new int[16];
  int[] length = new int[16];
  int[] tailPage = new int[16];
  int[] tailLength = new int[16];
  long[] create = new long[16];
  long[] mod = new long[16];
  long[] version = new long[16];
  int[] sub = new int[16];
  int[] link = new int[16];
  private final PageImage image = new PageImage();

  PageRows(boolean inner) {
    this.inner = inner;
  }

  void clear() {
    count = 0;
    headsUsed = 0;
  }

  // ---- filling

  /** Appends all rows of a page. */
  void load(MemorySegment s, long b) {
    image.unpack(s, b, this);
  }

  /** Appends a row whose key has so many bytes and no tail; the caller fills in everything. */
  int append(int headLength) {
    int i = open(count);
    at[i] = reserve(headLength);
    length[i] = headLength;
    tailPage[i] = 0;
    tailLength[i] = 0;
    return i;
  }

  /** Opens row {@code i} with the given key; the caller sets its columns or child. */
  void insert(int i, byte[] key, int from, int headLength, int tail, int tailBytes) {
    open(i);
    setKey(i, key, from, headLength, tail, tailBytes);
  }

  /** Opens row {@code i} with the key of {@code other}'s row {@code j}. */
  void insert(int i, PageRows other, int j) {
    open(i);
    setKey(i, other, j);
  }

  /** Gives row {@code i} the key of {@code other}'s row {@code j}, its tail included. */
  void setKey(int i, PageRows other, int j) {
    setKey(i, other.heads, other.at[j], other.length[j], other.tailPage[j], other.tailLength[j]);
  }

  private void setKey(int i, byte[] key, int from, int headLength, int tail, int tailBytes) {
    int to = reserve(headLength);
    System.arraycopy(key, from, heads, to, headLength);
    at[i] = to;
    length[i] = headLength;
    tailPage[i] = tail;
    tailLength[i] = tailBytes;
  }

  void setColumns(int i, long created, long modified, long puts, int subRevision, int history) {
    create[i] = created;
    mod[i] = modified;
    version[i] = puts;
    sub[i] = subRevision;
    link[i] = history;
  }

  void setChild(int i, int page, long alive) {
    setColumns(i, 0, 0, alive, 0, page);
  }

  void remove(int i) {
    int behind = count - i - 1;
    shift(i + 1, i, behind);
    count--;
  }

  /** Forgets all rows but the last, which becomes the first. */
  void keepLast() {
    int last = count - 1;
    System.arraycopy(heads, at[last], heads, 0, length[last]);
    headsUsed = length[last];
    shift(last, 0, 1);
    at[0] = 0;
    count = 1;
  }

  private int open(int i) {
    if (count == at.length) {
      grow();
    }
    shift(i, i + 1, count - i);
    count++;
    return i;
  }

  private void shift(int from, int to, int rows) {
    if (rows == 0) {
      return;
    }
    System.arraycopy(at, from, at, to, rows);
    System.arraycopy(length, from, length, to, rows);
    System.arraycopy(tailPage, from, tailPage, to, rows);
    System.arraycopy(tailLength, from, tailLength, to, rows);
    System.arraycopy(create, from, create, to, rows);
    System.arraycopy(mod, from, mod, to, rows);
    System.arraycopy(version, from, version, to, rows);
    System.arraycopy(sub, from, sub, to, rows);
    System.arraycopy(link, from, link, to, rows);
  }

  private void grow() {
    int size = count * 2;
    at = Arrays.copyOf(at, size);
    length = Arrays.copyOf(length, size);
    tailPage = Arrays.copyOf(tailPage, size);
    tailLength = Arrays.copyOf(tailLength, size);
    create = Arrays.copyOf(create, size);
    mod = Arrays.copyOf(mod, size);
    version = Arrays.copyOf(version, size);
    sub = Arrays.copyOf(sub, size);
    link = Arrays.copyOf(link, size);
  }

  private int reserve(int bytes) {
    int from = headsUsed;
    headsUsed += bytes;
    if (headsUsed > heads.length) {
      heads = Arrays.copyOf(heads, Math.max(headsUsed, heads.length * 2));
    }
    return from;
  }

  // ---- packing

  /** The number of first bytes in which the heads of two rows agree. */
  int common(int i, int j) {
    int n = Math.min(length[i], length[j]);
    int differs = Arrays.mismatch(heads, at[i], at[i] + n, heads, at[j], at[j] + n);
    return differs < 0 ? n : differs;
  }

  /** The first of the rows from {@code from} on whose key goes into the page. */
  int firstKeyed(int from) {
    return inner ? from + 1 : from;
  }

  /** The prefix that rows {@code from} (inclusive) to {@code to} (exclusive) would share. */
  int prefix(int from, int to) {
    int first = firstKeyed(from);
    return first >= to ? 0 : Math.min(Page.PREFIX_MAX, common(first, to - 1));
  }

  /** The bytes that the rows would take in one page. */
  int size(int from, int to) {
    int prefix = prefix(from, to);
    return prefix + (to - from) * rowSize(from, to) + heapBytes(from, to, prefix);
  }

  /** What the keys of the rows need behind the columns once they share {@code prefix} bytes. */
  int heapBytes(int from, int to, int prefix) {
    int bytes = 0;
    for (int i = firstKeyed(from); i < to; i++) {
      bytes += heapNeed(i, prefix);
    }
    return bytes;
  }

  /** The same for the key of one row, which has one. */
  int heapNeed(int i, int prefix) {
    return PageKeys.heapNeed(length[i] - prefix, tailPage[i] != 0);
  }

  private int rowSize(int from, int to) {
    if (inner) {
      return Page.INNER_ROW;
    }
    long mods = 0;
    long versions = 0;
    int subs = 0;
    int links = 0;
    for (int i = from; i < to; i++) {
      mods |= mod[i];
      versions |= version[i];
      subs |= sub[i];
      links |= link[i];
    }
    return Page.leafRow(
        Page.width(mods), Page.width(versions), Page.width(subs), links == 0 ? 0 : 4);
  }

  /** Writes the rows into a page, which must hold them. */
  void write(int from, int to, MemorySegment s, long b, long epoch) {
    image.pack(this, from, to, epoch, s, b);
  }

  /** The number of keys alive in or below the rows. */
  long alive() {
    long alive = 0;
    for (int i = 0; i < count; i++) {
      alive += inner ? version[i] : version[i] == 0 ? 0 : 1;
    }
    return alive;
  }

  /**
   * Where to cut rows that do not fit into one page.
   *
   * <p>Keys often arrive in ascending order, so a row inserted last goes to the right alone and
   * leaves a full page behind. A row inserted first that does not share the others' prefix goes to
   * the left alone, since it would cost each of them a longer row. Otherwise both sides get about
   * the same number of bytes.
   */
  int cut(int from, int to, int inserted) {
    if (inserted == to - 1) {
      return to - 1;
    }
    int prefix = prefix(from, to);
    if (inserted == from && to - from > 2 && prefix(from + 1, to) > prefix) {
      return from + 1;
    }
    int half = size(from, to) / 2;
    int rowSize = rowSize(from, to);
    int bytes = 0;
    for (int i = from; i < to; i++) {
      bytes += rowSize + PageKeys.heapNeed(Math.max(0, length[i] - prefix), tailPage[i] != 0);
      if (bytes >= half) {
        return Math.clamp(i + 1, from + 1, to - 1);
      }
    }
    return to - 1;
  }

  // ---- separators

  /** The whole key of a row. */
  byte[] key(PageSlab slab, int i) {
    byte[] key = new byte[length[i] + tailLength[i]];
    System.arraycopy(heads, at[i], key, 0, length[i]);
    if (tailPage[i] != 0) {
      OverflowKeys.read(slab, tailPage[i], tailLength[i], key, length[i]);
    }
    return key;
  }

  /**
   * Appends a row whose key separates rows {@code i - 1} and {@code i} of {@code below}: it is
   * greater than the former and not greater than the latter.
   *
   * <p>Between leaves that is the shortest such key, so that inner pages stay small whatever the
   * keys are. Between inner pages it is the key of row {@code i} itself, which is not needed below
   * any more; a tail moves up with it.
   */
  void addSeparator(PageSlab slab, PageRows below, int i) {
    if (below.inner) {
      insert(count, below, i);
      return;
    }
    int common = below.common(i - 1, i);
    if (common < below.length[i]) {
      insert(count, below.heads, below.at[i], common + 1, 0, 0);
      return;
    }
    byte[] left = below.key(slab, i - 1);
    byte[] right = below.key(slab, i);
    int separator = Arrays.mismatch(left, right) + 1;
    int head = Math.min(separator, Page.HEAD_MAX);
    int tail = head == separator ? 0 : OverflowKeys.write(slab, right, head, separator - head);
    insert(count, right, 0, head, tail, separator - head);
  }
}
