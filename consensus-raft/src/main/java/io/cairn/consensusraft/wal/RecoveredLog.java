// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.HardState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a log held when it was opened.
 *
 * @param fresh whether nothing was ever written to it
 * @param hardState term, vote and the highest commit index that was recorded
 * @param cutIndex the last index that is not in the log any more
 * @param cutTerm the term there
 * @param lastIndex the last index in the log, the cut if there is none
 * @param configuration the newest recorded membership, of which only the incarnations count: the
 *     rest the state machine knows better; null if none was
 * @param entries those behind the index that was asked for
 * @param bindings all entries of kind BINDING, wherever they are
 * @param tornBytes how much of an unfinished write was cut off
 */
public record RecoveredLog(
    boolean fresh,
    HardState hardState,
    long cutIndex,
    long cutTerm,
    long lastIndex,
    @Nullable Configuration configuration,
    List<Entry> entries,
    List<Entry> bindings,
    long tornBytes) {}
