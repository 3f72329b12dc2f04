// SPDX-License-Identifier: Apache-2.0
/**
 * The key index: which revisions each key has, in key order, outside the heap.
 *
 * <p>A B+tree of 4 KiB pages, copied on write once per batch. Leaves hold prefix-compressed keys
 * and packed columns of the newest record of each key; older records hang on it as a chain in
 * history pages until a compaction drops them. Inner pages count the keys alive below, so counting
 * a range takes O(log n).
 *
 * <pre>{@code
 * // apply lane                                     // any thread
 * KeyRecord now = index.writer().put(key, 7, 0);    IndexView view = index.tryView(root);
 * index.writer().tombstone(key, 7, 1);              if (view == null) { ... take a newer root }
 * IndexRoot root = index.writer().publish(7);       try (view) {
 *                                                     view.get(key, revision);
 * // compaction, in steps between writes              IndexCursor c = view.scan(range, revision);
 * var compaction = writer.compaction(floor);          while (c.next()) { c.modRevision(); ... }
 * while (compaction.step(2000, dropped)) { ... }      view.count(range, IndexReader.LATEST);
 *                                                   }
 * // start: one thread per partition
 * IndexLoader loader = index.loader(2);
 * loader.partition(0).add(key, main, sub, tombstone, create, version); ... close();
 * loader.finish(revision);
 * }</pre>
 *
 * <p>What it must never know: values, leases, the engine, and whether a revision may still be read
 * (callers compare with the compaction floor first).
 *
 * <p>Locks: {@link io.cairn.kernel.index.PageSlab} takes one around its list of free pages, held
 * for a few instructions, contended only during a bulk load.
 *
 * <p>Start reading at {@link io.cairn.kernel.index.KeyIndex}; inside, at {@link
 * io.cairn.kernel.index.Page} for the layout and {@link io.cairn.kernel.index.TreeEditor} for how a
 * tree changes.
 */
@NullMarked
package io.cairn.kernel.index;

import org.jspecify.annotations.NullMarked;
