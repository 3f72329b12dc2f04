// SPDX-License-Identifier: Apache-2.0
/**
 * The Raft algorithm as a value: inputs in, {@link io.cairn.consensusraft.core.Effects} out, and
 * nothing else can happen.
 *
 * <p>One {@link io.cairn.consensusraft.core.RaftCore} is one member's knowledge. It has no threads,
 * no clock, no files, no network, no log output and no randomness of its own, and it must never
 * learn about any of them: time is {@link io.cairn.consensusraft.core.Input.Tick}, the disk is a
 * token that comes back as {@link io.cairn.consensusraft.core.Input.Persisted}, and what a command
 * means is known to the state machine alone. Hence a whole cluster can be stepped through every
 * order of events by a test.
 *
 * <p>Whoever drives it (the shell) owes it this:
 *
 * <ul>
 *   <li>O1 A message with {@code after = t} leaves only once token {@code t} is durable. Vote
 *       grants, append acknowledgements and a candidate's vote requests always carry one.
 *   <li>O2 Persists complete in order. A failed one is final: the member stops.
 *   <li>O3 An entry is applied only when the core hands it out, which it does when the entry is
 *       committed and durable on this member.
 *   <li>O6 The effects of one step go to their lanes, in order, before the next step.
 * </ul>
 *
 * <p>Algorithm: Ongaro's Raft dissertation, with pre-vote (9.6), check-quorum (6.2), leadership
 * transfer (3.10), learners (4.2.1), single-server membership changes (4.1, in force once applied),
 * read index (6.4), pipelining and writing to the leader's disk in parallel (10.2).
 *
 * <p>Start reading at {@code RaftCore.step}, then {@code Elections} and {@code Replication}.
 */
@NullMarked
package io.cairn.consensusraft.core;

import org.jspecify.annotations.NullMarked;
