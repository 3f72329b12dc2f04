// SPDX-License-Identifier: Apache-2.0
/**
 * Carries whole states from one member to another, part by part, on a lane and a channel of their
 * own, so that neither storage nor network can delay a heartbeat.
 *
 * <p>A transfer: the leader announces itself; the receiver says how far an earlier transfer came;
 * the leader sends parts, a few of them unanswered at a time, and at last where the state stands;
 * the receiver checks the whole, hands it to the raft lane, and answers when it is installed. What
 * is lost is sent again; who vanishes is given up; either can begin again, from any leader, and
 * goes on where the receiver stands. docs/cluster-protocol.md has the messages.
 *
 * <p>The package never looks into a part and knows nothing of logs and terms, except that a leader
 * of an earlier term gives way. Start reading at {@link
 * io.cairn.consensusraft.snapshot.SnapshotExchange}.
 */
@NullMarked
package io.cairn.consensusraft.snapshot;

import org.jspecify.annotations.NullMarked;
