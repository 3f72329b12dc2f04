// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.consensus;

/**
 * Where a consensus engine stands.
 *
 * @param leadership who leads
 * @param committedIndex the highest index known to be committed
 * @param appliedIndex the highest index handed to the state machine and applied
 * @param configuration the members in effect
 */
public record ConsensusStatus(
    Leadership leadership, long committedIndex, long appliedIndex, Configuration configuration) {}
