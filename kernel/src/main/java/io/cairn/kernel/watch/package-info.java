// SPDX-License-Identifier: Apache-2.0
/**
 * Watches: tells clients, in order and completely, what has changed.
 *
 * <p>A watcher is a range, filters and the next revision it wants. Nothing encoded waits for it:
 * the apply lane notes revision <em>numbers</em> with the watchers that they concern ({@link
 * io.cairn.kernel.watch.WatchHub}), and wakes their streams; a stream, on its own thread and at its
 * client's pace, makes messages of slices of the recent log ({@link
 * io.cairn.kernel.watch.ClientStream}). What has left memory is read by one lane for all ({@link
 * io.cairn.kernel.watch.CatchUp}).
 *
 * <table>
 *   <caption>A watcher ({@link io.cairn.kernel.watch.Watcher})</caption>
 *   <tr><th>state</th><th>becomes</th><th>because</th></tr>
 *   <tr><td>catching up</td><td>live</td><td>everything up to the revision from which the apply lane
 *       notes numbers has been looked through</td></tr>
 *   <tr><td>live</td><td>catching up</td><td>128 numbers wait, or a record has left memory</td></tr>
 *   <tr><td>catching up</td><td>compacted</td><td>compaction has overtaken it</td></tr>
 *   <tr><td>any</td><td>gone</td><td>it was cancelled, or its stream has ended</td></tr>
 * </table>
 *
 * <p><b>Locks.</b> The hub's, over who watches what: held by the apply lane while it notes one
 * batch, and while a watcher is added or removed. A stream's, over the numbers that wait and the
 * queue of watchers with something to tell: held for a few array operations, possibly inside the
 * hub's. Nothing is called, read or encoded under either.
 *
 * <p>Knows published state, the recent log and the engine's table of revisions; knows nothing of
 * requests other than watches, of how a message is encoded or of how records come about.
 */
@NullMarked
package io.cairn.kernel.watch;

import org.jspecify.annotations.NullMarked;
