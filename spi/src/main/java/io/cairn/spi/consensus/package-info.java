// SPDX-License-Identifier: Apache-2.0
/**
 * The contract of a consensus engine: one order of commands for all members.
 *
 * <p>A {@link io.cairn.spi.consensus.Consensus} puts proposals into a replicated log and feeds the
 * committed ones, in order, to a {@link io.cairn.spi.consensus.StateMachine}. It never looks inside
 * a command; the state machine never learns how agreement came about.
 *
 * <h2>Rules</h2>
 *
 * <ul>
 *   <li>C1 An entry is handed to {@code apply} only when it is committed and durable on this
 *       member, also in a cluster of one. Entries come in index order without gaps or repetition,
 *       beginning after the applied point that the state machine named at start.
 *   <li>C2 All members apply the same entry at the same index.
 *   <li>C3 A proposal enters the log at most once. Its object comes back in the entry on the member
 *       that proposed it, and nowhere else; or {@link io.cairn.spi.consensus.Proposal#dropped} is
 *       called, once. Never both, except that a proposal dropped as {@link
 *       io.cairn.spi.consensus.DropReason#TIMED_OUT} may still be applied, then without its object.
 *   <li>C4 Every reason but TIMED_OUT means that the proposal will never be applied.
 *   <li>C5 A proposal made while no leader is known waits for one until the request timeout.
 *   <li>C6 What is waiting is bounded by count and bytes; beyond it a proposal is dropped as {@link
 *       io.cairn.spi.consensus.DropReason#OVERLOADED} before it enters the log.
 *   <li>C7 A state machine that has applied the index that {@code readIndex} yields shows
 *       everything that was acknowledged to any client of any member before {@code readIndex} was
 *       called.
 *   <li>C8 A configuration entry takes effect when it is applied, if the state machine accepts it.
 *       At most one unapplied one is in the log.
 *   <li>C9 {@code apply}, {@code applyChange} and {@code leadership} are called on one lane, the
 *       apply lane, one at a time.
 *   <li>C10 The log is cut only at or below {@link
 *       io.cairn.spi.consensus.StateMachine#durableIndex}.
 *   <li>C11 After a failed write or sync of the log nothing is acknowledged any more: the member
 *       ends.
 *   <li>C12 After {@code stop} has returned no call reaches the state machine; what was waiting has
 *       been dropped as {@link io.cairn.spi.consensus.DropReason#STOPPED}, or as timed out if it is
 *       in the log.
 *   <li>C13 A member whose next entry has been cut from the leader's log is sent the whole state:
 *       the parts of a {@link io.cairn.spi.consensus.SnapshotSource}, in order, without gaps, each
 *       once, into a {@link io.cairn.spi.consensus.SnapshotSink}. The engine does not look inside
 *       them. A transfer that breaks off may go on later, also from another sender, from where
 *       {@link io.cairn.spi.consensus.SnapshotSink#resumeFrom} says.
 *   <li>C14 The state that arrives is the one after applying the entry at its point, wherever the
 *       sender was when it began. Sender and receiver go on applying meanwhile.
 *   <li>C15 A state is installed only if its point is above what is applied, after the log has
 *       recorded the point durably, and before any later entry is applied. After a crash in between
 *       the state machine finds both, and must open at the point.
 * </ul>
 */
package io.cairn.spi.consensus;
