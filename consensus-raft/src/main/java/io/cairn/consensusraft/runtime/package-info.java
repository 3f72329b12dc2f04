// SPDX-License-Identifier: Apache-2.0
/**
 * The shell around the core: it alone knows lanes, time and files, and drives the core as {@code
 * io.cairn.spi.consensus} asks.
 *
 * <p>Everything that happens enters through one {@code Inbox}, which the raft lane drains in one
 * go: what waited together is one step of the core, one append, one write, one sync. While this
 * member is alone in its cluster the raft lane writes, syncs and applies itself, since every
 * handover between threads costs more than the work handed over; otherwise the log and the state
 * machine have lanes of their own. Both ways run the same code: work is either done at once or
 * handed to its lane, and its outcome enters the core as an input.
 *
 * <p>The package must never look inside a command.
 *
 * <p>Start reading at {@code RaftLoop}.
 */
@NullMarked
package io.cairn.consensusraft.runtime;

import org.jspecify.annotations.NullMarked;
