// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.snapshot;

import io.cairn.consensusraft.core.SnapshotPoint;
import io.cairn.spi.consensus.SnapshotSink;

/**
 * A state that has arrived as a whole and was checked.
 *
 * @param transfer the number of its transfer
 * @param from its sender
 * @param incarnation which life of its directory the sender is
 * @param term the term that the sender leads
 * @param point where the state stands
 * @param sink installs it
 */
public record Arrival(
    long transfer,
    long from,
    long incarnation,
    long term,
    SnapshotPoint point,
    SnapshotSink sink) {}
