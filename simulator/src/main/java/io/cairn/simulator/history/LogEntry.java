// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.history;

import io.cairn.kernel.command.Command;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the log that the members have agreed on.
 *
 * @param index its place
 * @param term the term of the leader that appended it
 * @param command what it asks for; null for an entry without effect on the store
 * @param operation the number of the operation that it belongs to, 0 if no client asked for it
 * @param appliedNanos when the first member had applied it
 */
public record LogEntry(
    long index, long term, @Nullable Command<?> command, long operation, long appliedNanos) {}
