// SPDX-License-Identifier: Apache-2.0
/**
 * Whether a consensus engine keeps the contract {@code io.cairn.spi.consensus}.
 *
 * <p>{@link io.cairn.conformancetests.consensus.ConsensusConformance} has a class per rule. It lets
 * members run in a world of its own, with one virtual time, disks whose power can be cut and a
 * network whose links can be cut, and sees of the engine only what a state machine, a proposer and
 * a disk see. An engine that reaches time, disk or network by other ways than {@code
 * io.cairn.spi.environment} cannot be examined so.
 *
 * <p>It must never know an engine, nor how one agrees. Start reading at {@link
 * io.cairn.conformancetests.consensus.ConsensusFixture}.
 */
@NullMarked
package io.cairn.conformancetests.consensus;

import org.jspecify.annotations.NullMarked;
