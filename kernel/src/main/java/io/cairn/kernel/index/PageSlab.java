// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import io.cairn.spi.environment.InvariantViolation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Off-heap memory in pages of 4 KiB, named by small numbers.
 *
 * <p>Memory comes in chunks of 1 MiB that are kept until the slab is closed; pages that are given
 * back are handed out again before a new chunk is taken. Page 0 is never handed out, so that 0 can
 * mean "none" in links.
 *
 * <p><b>Threads.</b> {@link #allocate} and {@link #free} take a lock, because a bulk load has one
 * thread per partition; the writer is alone with it otherwise. {@link #segment} takes none: whoever
 * learnt of a page through a happens-before edge sees the chunk that holds it, since the array of
 * chunks is replaced before the page is handed out.
 */
final class PageSlab implements AutoCloseable {

  private static final int CHUNK_BITS = 8;
  private static final int PAGES_PER_CHUNK = 1 << CHUNK_BITS;
  private static final long CHUNK_BYTES = (long) PAGES_PER_CHUNK * Page.SIZE;

  /** History links spend seven of their 32 bits on the slot within a page: 128 GiB. */
  private static final int PAGES_MAX = 1 << 25;

  private final Arena arena = Arena.ofShared();
  private MemorySegment[] chunks = {};
  private int[] free = new int[64];
  private int freeCount;
  private int fresh = 1;

  /** A page with undefined content. */
  synchronized int allocate() {
    if (freeCount > 0) {
      return free[--freeCount];
    }
    InvariantViolation.check(fresh < PAGES_MAX, "the key index cannot grow beyond 128 GiB");
    if (fresh >>> CHUNK_BITS == chunks.length) {
      MemorySegment[] grown = Arrays.copyOf(chunks, chunks.length + 1);
      grown[chunks.length] = arena.allocate(CHUNK_BYTES, 64);
      chunks = grown;
    }
    return fresh++;
  }

  /** Takes back a page that nobody will look at any more. */
  synchronized void free(int page) {
    if (freeCount == free.length) {
      free = Arrays.copyOf(free, freeCount * 2);
    }
    free[freeCount++] = page;
  }

  /** The chunk that holds {@code page}. */
  MemorySegment segment(int page) {
    return chunks[page >>> CHUNK_BITS];
  }

  /** Where {@code page} begins in its chunk. */
  static long base(int page) {
    return (long) (page & (PAGES_PER_CHUNK - 1)) * Page.SIZE;
  }

  /** Copies the whole content of one page into another. */
  void copy(int from, int to) {
    MemorySegment.copy(segment(from), base(from), segment(to), base(to), Page.SIZE);
  }

  /** The number of pages handed out and not given back. */
  synchronized int pagesUsed() {
    return fresh - 1 - freeCount;
  }

  /** The number of bytes taken from the system. */
  synchronized long bytesReserved() {
    return chunks.length * CHUNK_BYTES;
  }

  @Override
  public void close() {
    arena.close();
  }
}
