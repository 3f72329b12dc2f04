// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.state;

import io.cairn.kernel.index.IndexRoot;
import io.cairn.kernel.records.RecentView;

/**
 * The key space as of one batch of entries. Readers, watchers and answers see such a value and
 * nothing of what is being applied.
 *
 * @param revision the store's revision, 1 before the first write
 * @param appliedIndex the last entry whose effects are in
 * @param appliedTerm that entry's term
 * @param compactionFloor the oldest revision that can be read, -1 if there never was a compaction
 * @param index the keys, to be pinned before use
 * @param recent the newest records, up to {@code revision}
 * @param store the engine and the index that hold this state, once it is flushed
 */
public record State(
    long revision,
    long appliedIndex,
    long appliedTerm,
    long compactionFloor,
    IndexRoot index,
    RecentView recent,
    StateStore store) {}
