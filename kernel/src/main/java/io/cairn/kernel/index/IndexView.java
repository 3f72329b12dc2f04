// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import org.jspecify.annotations.Nullable;

/**
 * A published state of the index, pinned: its pages are not reused before it is closed.
 *
 * <p><b>Threads.</b> Any number may read at once; one of them closes it, after the others are done.
 * Keep views short: a view that stays open keeps every page that the writer has replaced since.
 */
@ThreadSafe
public final class IndexView implements IndexReader, AutoCloseable {

  private final PageSlab slab;
  private final IndexRoot root;
  private final ReaderSlots.Block block;
  private final int slot;

  IndexView(PageSlab slab, IndexRoot root, ReaderSlots.Block block, int slot) {
    this.slab = slab;
    this.root = root;
    this.block = block;
    this.slot = slot;
  }

  /** The state that is pinned. */
  public IndexRoot root() {
    return root;
  }

  @Override
  public @Nullable KeyRecord get(Bytes key, long revision) {
    return Tree.get(slab, root.page(), key, revision);
  }

  @Override
  public IndexCursor scan(KeyRange range, long revision) {
    return new IndexCursor(slab, root.page(), range, revision);
  }

  @Override
  public long count(KeyRange range, long revision) {
    if (revision >= root.revision()) {
      return Tree.count(slab, root.page(), range);
    }
    IndexCursor cursor = scan(range, revision);
    long count = 0;
    while (cursor.next()) {
      count++;
    }
    return count;
  }

  /** Lets go of the state. Must be called exactly once. */
  @Override
  public void close() {
    block.release(slot);
  }
}
