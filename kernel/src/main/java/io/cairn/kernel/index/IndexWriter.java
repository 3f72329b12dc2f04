// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Writes the index, batch by batch, and reads what it has written.
 *
 * <p>Nothing of a batch is seen by others before {@link #publish}; a batch cannot be abandoned. The
 * methods of {@link IndexReader} read the state of the batch, so a transaction sees its own writes.
 *
 * <p><b>Threads.</b> Belongs to one lane. <b>Failure.</b> Writing a revision that is older than
 * what a key already has is an {@link InvariantViolation}.
 */
@OnLane("apply")
public final class IndexWriter implements IndexReader {

  private final KeyIndex index;
  private final PageSlab slab;
  private final TreeEditor editor;
  private final HistoryPages history;
  private long newest;

  IndexWriter(KeyIndex index, PageSlab slab, TreeEditor editor, HistoryPages history) {
    this.index = index;
    this.slab = slab;
    this.editor = editor;
    this.history = history;
  }

  @Override
  public @Nullable KeyRecord get(Bytes key, long revision) {
    return Tree.get(slab, editor.root(), key, revision);
  }

  @Override
  public IndexCursor scan(KeyRange range, long revision) {
    return new IndexCursor(slab, editor.root(), range, revision);
  }

  @Override
  public long count(KeyRange range, long revision) {
    if (revision >= newest) {
      return Tree.count(slab, editor.root(), range);
    }
    IndexCursor cursor = scan(range, revision);
    long count = 0;
    while (cursor.next()) {
      count++;
    }
    return count;
  }

  /** Records that {@code key} was put as change {@code sub} of revision {@code main}. */
  public KeyRecord put(Bytes key, long main, int sub) {
    InvariantViolation.check(!key.isEmpty(), "a key is not empty");
    newest = Math.max(newest, main);
    byte[] array = key.array();
    int leaf = editor.descend(array, key.offset(), key.length());
    MemorySegment s = slab.segment(leaf);
    long b = PageSlab.base(leaf);
    int i = PageKeys.find(slab, s, b, array, key.offset(), key.length());
    if (i < 0) {
      editor.insert(-i - 1, array, key.offset(), key.length(), main, sub);
      return new KeyRecord(main, main, sub, 1);
    }
    long row = Page.row(s, b, i);
    long version = Page.version(s, b, row);
    int older = supersede(s, b, row, main, sub);
    long create = version == 0 ? main : Page.create(s, b, row);
    if (version == 0) {
      editor.addAlive(1);
    }
    editor.update(i, create, main, version + 1, sub, older);
    return new KeyRecord(create, main, sub, version + 1);
  }

  /**
   * Records that {@code key} was deleted as change {@code sub} of revision {@code main}.
   *
   * @return what the key was before; null if it did not exist, and then nothing is recorded
   */
  public @Nullable KeyRecord tombstone(Bytes key, long main, int sub) {
    byte[] array = key.array();
    int leaf = Tree.leaf(slab, editor.root(), array, key.offset(), key.length());
    MemorySegment s = slab.segment(leaf);
    long b = PageSlab.base(leaf);
    int i = PageKeys.find(slab, s, b, array, key.offset(), key.length());
    if (i < 0 || Page.version(s, b, Page.row(s, b, i)) == 0) {
      return null;
    }
    newest = Math.max(newest, main);
    int owned = editor.descend(array, key.offset(), key.length());
    s = slab.segment(owned);
    b = PageSlab.base(owned);
    long row = Page.row(s, b, i);
    KeyRecord before = Tree.record(s, b, row);
    int older = supersede(s, b, row, main, sub);
    editor.addAlive(-1);
    editor.update(i, 0, main, 0, sub, older);
    return before;
  }

  /** Moves a row's record into the history, where the change (main, sub) supersedes it. */
  private int supersede(MemorySegment s, long b, long row, long main, int sub) {
    long mod = Page.mod(s, b, row);
    int oldSub = Page.sub(s, b, row);
    InvariantViolation.check(
        mod < main || (mod == main && oldSub < sub), "the revisions of a key must ascend");
    return history.push(
        Page.create(s, b, row), mod, Page.version(s, b, row), oldSub, Page.link(s, b, row));
  }

  /** Makes the batch visible to readers as the state of {@code revision}, and begins another. */
  public IndexRoot publish(long revision) {
    InvariantViolation.check(revision >= newest, "a batch is published as its newest revision");
    newest = revision;
    return index.publish(editor.root(), revision);
  }

  /**
   * Prepares to drop what reads at {@code floor} and later do not need; {@link
   * IndexCompaction#step} does the work. One compaction at a time; a new one may replace one that
   * is not finished if its floor is not lower.
   */
  public IndexCompaction compaction(long floor) {
    return new IndexCompaction(slab, editor, history, floor);
  }
}
