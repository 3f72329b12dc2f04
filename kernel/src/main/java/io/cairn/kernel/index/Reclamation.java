// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

/**
 * Keeps pages that the newest tree has left until no reader can look at them.
 *
 * <p>A page retired while batch {@code n} is written is part of states up to {@code n - 1}. It is
 * freed once every open view and every view that can still be opened is of state {@code n} or
 * later. States can be pinned from the last but one publication on: whoever publishes a root to
 * others does so after the index has published it, so at that moment the others still hold the one
 * before.
 *
 * <p>A reader announces its epoch in a slot and then reads {@link #pinnable}; the writer raises
 * {@code pinnable} and then reads the slots. All four are volatile accesses, so of a reader and a
 * writer that meet at least one sees the other: either the view is refused or its pages are kept.
 */
final class Reclamation {

  private final PageSlab slab;
  private final ReaderSlots readers = new ReaderSlots();

  /** The oldest epoch that may be pinned. Written by the writer, read by readers. */
  private volatile long pinnable = 1;

  private long batch = 1;

  /** A ring of retired pages, oldest first, each with the batch that retired it. */
  private int[] pages = new int[256];

  private long[] retiredBy = new long[256];
  private int first;
  private int count;

  Reclamation(PageSlab slab) {
    this.slab = slab;
  }

  ReaderSlots readers() {
    return readers;
  }

  /** The batch that is being written; published, it becomes the epoch of the new state. */
  long batch() {
    return batch;
  }

  /** Whether a view of {@code epoch}, already announced in a slot, may go ahead. */
  boolean mayRead(long epoch) {
    return epoch >= pinnable;
  }

  /** Lets no view go ahead any more. */
  void retireAll() {
    pinnable = Long.MAX_VALUE;
  }

  /** Gives up a page that published states may contain. */
  void retire(int page) {
    if (count == pages.length) {
      grow();
    }
    int at = (first + count++) & (pages.length - 1);
    pages[at] = page;
    retiredBy[at] = batch;
  }

  private void grow() {
    int[] grownPages = new int[count * 2];
    long[] grownBatches = new long[count * 2];
    int ahead = pages.length - first;
    System.arraycopy(pages, first, grownPages, 0, ahead);
    System.arraycopy(pages, 0, grownPages, ahead, first);
    System.arraycopy(retiredBy, first, grownBatches, 0, ahead);
    System.arraycopy(retiredBy, 0, grownBatches, ahead, first);
    pages = grownPages;
    retiredBy = grownBatches;
    first = 0;
  }

  /** Begins the next batch after the present one has been published, and frees what it can. */
  void nextBatch() {
    long oldestPinnable = Math.max(1, batch - 1);
    batch++;
    if (count == 0) {
      // Nothing to free, so no view need be refused; the next batch that retires will raise it.
      return;
    }
    pinnable = oldestPinnable;
    long oldest = readers.oldest(oldestPinnable);
    while (count > 0 && retiredBy[first] <= oldest) {
      slab.free(pages[first]);
      first = (first + 1) & (pages.length - 1);
      count--;
    }
  }

  /** The number of pages that wait for readers. */
  int waiting() {
    return count;
  }
}
