// SPDX-License-Identifier: Apache-2.0
/**
 * Whole states on their way to other members.
 *
 * <p>A state travels as content, not as files, so members may use different engines. What a sender
 * sends are the parts of {@link io.cairn.kernel.snapshot.PartFormat}, in this order:
 *
 * <ol>
 *   <li><em>begin</em>: format, cluster, and from which record on the sender sends;
 *   <li><em>records</em>: table {@code revisions} in key order. Each part is read through a view of
 *       its own, so the sender's engine is never held up, and the stream chases the tip;
 *   <li>when a view has less left than a part holds, it becomes the <em>cut</em>: what the flush
 *       lane commits are whole entries together with the numbers and small tables that belong to
 *       them (O4), so every view is the state after some entry. From here on everything is read
 *       through this one view: the rest of the records;
 *   <li><em>survivors</em>, if they are needed: the keys of the records that are still there;
 *   <li><em>table</em>: the small tables, {@code meta} with all numbers among them;
 *   <li><em>end</em>: the numbers again, and count and hash of all records of the cut.
 * </ol>
 *
 * <h2>Why the receiver ends with exactly the sender's records</h2>
 *
 * <p>Records never change, and are removed by compaction alone. Let P be the last record sent
 * before the cut. Behind P everything is read in the cut's view, and so is exact. Up to P the
 * receiver may hold records that the sender has removed since they were sent. Compacting at the
 * receiver would not remove them all: of a key that was put, sent, deleted, and then compacted away
 * altogether, the receiver would have the put, and never learn of the deletion. So the sender says
 * which keys of records up to P and up to the cut's floor are still there (above the floor nothing
 * is ever removed), and the receiver removes the others. That is a pass over the keys, about two
 * bytes each on the wire.
 *
 * <p>The pass can be left out if nothing was removed since the first view: the stream began with
 * the first record, and the floor of the cut is already that of the first view, in which everything
 * below it had been freed; or there never was a compaction.
 *
 * <p>The receiver could also <em>lack</em> a record that the cut holds. From one sender that cannot
 * be. A transfer that goes on from another sender could: the first one may have freed what the
 * second one still holds. So a sender goes on with what another one has begun only if it has freed
 * everything below the highest floor that the receiver has seen: what the first one freed is then
 * gone here too, because what cannot be read at a floor cannot be read at a higher one. And it must
 * have come at least as far, or records of the receiver would lie beyond its state. Otherwise it
 * begins anew. The receiver refuses a survivor that it lacks and throws away what it has, so an
 * error in this reasoning costs a transfer and not a store.
 *
 * <p>At the end the receiver counts and hashes what it has stored and compares. Equal records,
 * floors and tables make equal answers, and equal {@code HashKV}.
 *
 * <h2>Memory</h2>
 *
 * <p>Both sides hold one part at a time, the receiver's books, and its second key index (outside
 * the heap, with a run of records beside it on the heap). That is built by the very code that
 * builds it at a start, from what the engine gives back, while the parts arrive: behind the last
 * one little is left to read. Only where survivors show that records have to go it is built anew.
 *
 * <p>What this package must never know: how parts travel, and who asks for them. Start at {@link
 * io.cairn.kernel.snapshot.StateTransfers}.
 */
@NullMarked
package io.cairn.kernel.snapshot;

import org.jspecify.annotations.NullMarked;
