// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Which published states are being read: one padded slot per open view, holding its epoch.
 *
 * <p>Readers claim a slot with a compare-and-set and clear it with a release store; the writer only
 * reads them. If all slots of a block are taken another block is appended, so a reader never waits;
 * how many views are open at once is bounded by whoever admits readers.
 */
final class ReaderSlots {

  /** Slots of 128 bytes, so that two readers do not share a cache line or a prefetched pair. */
  private static final int STRIDE = 16;

  private static final int PER_BLOCK = 64;

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);

  private final Block first = new Block();

  /** A group of slots. */
  static final class Block {
    private static final VarHandle NEXT;

    static {
      try {
        NEXT = MethodHandles.lookup().findVarHandle(Block.class, "next", Block.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private final long[] slots = new long[(PER_BLOCK + 1) * STRIDE];

    /** Written once, by compare-and-set; read by everyone. */
    private volatile @Nullable Block next;

    /** Claims a free slot for {@code epoch}; -1 if there is none. */
    int claim(long epoch) {
      for (int i = 1; i <= PER_BLOCK; i++) {
        int slot = i * STRIDE;
        // A plain look first: failing compare-and-sets would move the line between cores.
        if ((long) SLOT.getOpaque(slots, slot) == 0 && SLOT.compareAndSet(slots, slot, 0L, epoch)) {
          return slot;
        }
      }
      return -1;
    }

    /** Frees the slot; everything read before happens before the writer sees it free. */
    void release(int slot) {
      SLOT.setRelease(slots, slot, 0L);
    }

    Block nextOrNew() {
      Block present = next;
      if (present == null) {
        NEXT.compareAndSet(this, null, new Block());
        present = next;
      }
      return java.util.Objects.requireNonNull(present);
    }
  }

  Block first() {
    return first;
  }

  /** The oldest epoch that is being read, or {@code none} if that is older. */
  long oldest(long none) {
    long oldest = none;
    for (Block block = first; block != null; block = block.next) {
      for (int i = 1; i <= PER_BLOCK; i++) {
        long epoch = (long) SLOT.getVolatile(block.slots, i * STRIDE);
        if (epoch != 0 && epoch < oldest) {
          oldest = epoch;
        }
      }
    }
    return oldest;
  }

  /** The number of open views. */
  int open() {
    int open = 0;
    for (Block block = first; block != null; block = block.next) {
      for (int i = 1; i <= PER_BLOCK; i++) {
        open += (long) SLOT.getVolatile(block.slots, i * STRIDE) == 0 ? 0 : 1;
      }
    }
    return open;
  }
}
