// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.consensus;

import io.cairn.spi.store.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * An entry that all members apply.
 *
 * @param index its place in the log, from 1
 * @param term the term in which a leader put it there
 * @param payload the command; empty for an entry that only marks the beginning of a term
 * @param proposal the object that this process proposed, or null (C3)
 */
public record CommittedEntry(long index, long term, Bytes payload, @Nullable Proposal proposal) {}
