// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.records;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The table of {@link ValueCache}: open addressing with linear probing over words outside the heap.
 *
 * <p>An entry is one word: a mark and 15 bits of the hash, the number of a chunk (24 bits), the
 * offset in it (24 bits). 0 means empty. Entries are never removed: one that leads to a chunk that
 * was dropped is passed over, and overwritten when it is in the way of a new one. One writer at a
 * time; readers read words.
 */
final class CacheSlots {

  static final int CHUNK_MASK = 0xff_ffff;
  static final int OFFSET_MAX = 0xff_ffff;

  private static final long MARK = 1L << 63;
  private static final long HASH_BITS = 0xffffL << 48;
  private static final VarHandle WORD = JAVA_LONG.varHandle();

  private final MemorySegment words;
  private final int mask;

  /** The words that are not empty; belongs to the writer. */
  private int used;

  /** An empty table; {@code count} is a power of two. */
  CacheSlots(Arena arena, int count) {
    this.words = arena.allocate((long) count * Long.BYTES, Long.BYTES);
    this.mask = count - 1;
  }

  int count() {
    return mask + 1;
  }

  /** Whether so much is used that probing takes long. */
  boolean isCrowded() {
    return used > count() / 4 * 3L;
  }

  long bytes() {
    return words.byteSize();
  }

  static long hash(long main, int sub) {
    long h = main * 0x9e37_79b9_7f4a_7c15L + sub * 0xc2b2_ae3d_27d4_eb4fL;
    h = (h ^ (h >>> 32)) * 0xd6e8_feb8_6659_fd93L;
    return h ^ (h >>> 32);
  }

  int home(long hash) {
    return (int) hash & mask;
  }

  int next(int i) {
    return (i + 1) & mask;
  }

  /** Reads an entry; what was written before it was set is visible afterwards. */
  long get(int i) {
    return (long) WORD.getAcquire(words, (long) i * Long.BYTES);
  }

  /** Whether the entry has the hash's bits. */
  static boolean mayBe(long entry, long hash) {
    return (entry & HASH_BITS) == (MARK | (hash & HASH_BITS));
  }

  static int chunk(long entry) {
    return (int) (entry >>> 24) & CHUNK_MASK;
  }

  static int offset(long entry) {
    return (int) entry & OFFSET_MAX;
  }

  /** Puts an entry at {@code i}, which is empty or leads to a dropped chunk. */
  void set(int i, long hash, int chunk, int offset) {
    if (get(i) == 0) {
      used++;
    }
    long entry = MARK | (hash & HASH_BITS) | (long) chunk << 24 | offset;
    WORD.setRelease(words, (long) i * Long.BYTES, entry);
  }

  /** Adds an entry to a table without entries of dropped chunks. */
  void add(long hash, int chunk, int offset) {
    int i = home(hash);
    while (get(i) != 0) {
      i = next(i);
    }
    set(i, hash, chunk, offset);
  }

  void clear() {
    words.fill((byte) 0);
    used = 0;
  }
}
