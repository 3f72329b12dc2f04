// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.ThreadSafe;
import org.jspecify.annotations.Nullable;

/**
 * The ordered index from keys to revisions, held outside the heap.
 *
 * <p>One writer changes it in batches ({@link #writer}) and publishes immutable states; any number
 * of readers pin a state and read it ({@link #view}, {@link #tryView}) without locks and without
 * waiting. A fresh index is empty; {@link #loader} fills it in bulk.
 *
 * <p><b>Threads.</b> This class is for all; see the types it hands out. <b>Ownership.</b> {@link
 * #close} gives the memory back and must come after the last view was closed and the last write.
 */
@ThreadSafe
public final class KeyIndex implements AutoCloseable {

  private final PageSlab slab = new PageSlab();
  private final Reclamation reclamation = new Reclamation(slab);
  private final TreeEditor editor = new TreeEditor(slab, reclamation);
  private final HistoryPages history = new HistoryPages(slab, reclamation::retire);
  private final IndexWriter writer = new IndexWriter(this, slab, editor, history);

  /** The newest published state. Written by the writer, read by all. */
  private volatile IndexRoot published;

  /** An empty index, published as the state of revision 0. */
  public KeyIndex() {
    published = new IndexRoot(editor.root(), 0, 0, reclamation.batch());
    reclamation.nextBatch();
  }

  /** The only writer. */
  public IndexWriter writer() {
    return writer;
  }

  /**
   * Prepares to fill this index, which must be empty, from {@code partitions} stretches of
   * revisions at once. The writer must not be used before the load has finished.
   */
  public IndexLoader loader(int partitions) {
    InvariantViolation.check(
        published.revision() == 0 && slab.pagesUsed() == 1, "only an empty index is loaded");
    return new IndexLoader(this, slab, editor, reclamation.batch(), partitions);
  }

  /** The newest published state. */
  public IndexRoot published() {
    return published;
  }

  IndexRoot publish(int page, long revision) {
    IndexRoot root = new IndexRoot(page, revision, Tree.alive(slab, page), reclamation.batch());
    published = root;
    reclamation.nextBatch();
    return root;
  }

  /** Pins the newest published state. */
  public IndexView view() {
    while (true) {
      IndexView view = tryView(published);
      if (view != null) {
        return view;
      }
    }
  }

  /**
   * Pins {@code root}, a state that this index has published.
   *
   * @return null if two or more states were published since, whose writer may have reused pages of
   *     this one, or if the index is retired; the caller then takes a newer root
   */
  public @Nullable IndexView tryView(IndexRoot root) {
    ReaderSlots.Block block = reclamation.readers().first();
    while (true) {
      int slot = block.claim(root.epoch());
      if (slot < 0) {
        block = block.nextOrNew();
        continue;
      }
      if (reclamation.mayRead(root.epoch())) {
        return new IndexView(slab, root, block, slot);
      }
      block.release(slot);
      return null;
    }
  }

  /**
   * Lets nobody pin a state any more. The apply lane, which writes no more either; states of
   * another index have been published to readers before.
   */
  public void retire() {
    reclamation.retireAll();
  }

  /** Whether any view is open. */
  public boolean isRead() {
    return reclamation.readers().open() > 0;
  }

  /** The memory taken from the system. */
  public long reservedBytes() {
    return slab.bytesReserved();
  }

  /** The memory in use, pages that wait for readers included. */
  public long usedBytes() {
    return (long) slab.pagesUsed() * Page.SIZE;
  }

  PageSlab slab() {
    return slab;
  }

  Reclamation reclamation() {
    return reclamation;
  }

  HistoryPages history() {
    return history;
  }

  @Override
  public void close() {
    InvariantViolation.check(
        reclamation.readers().open() == 0, "an index is closed after its last view");
    slab.close();
  }
}
