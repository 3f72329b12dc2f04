// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

/**
 * A position up to which a state has been received as a whole instead of by entries.
 *
 * @param index the last entry whose effect is in the state
 * @param term the term of that entry
 * @param configuration the membership in force there
 */
public record SnapshotPoint(long index, long term, Configuration configuration) {}
