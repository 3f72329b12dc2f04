// SPDX-License-Identifier: Apache-2.0
/**
 * Whole members in one thread: the kernel of production over a simulated environment, with the
 * consensus and the engines that {@code Parts} says, and an observer who sees all members at once.
 *
 * <p>{@link io.cairn.simulator.cluster.SimulatedCluster} is the place to start reading; {@code
 * ClusterInvariants} says what must hold whatever happens. Who calls the members, and what befalls
 * them, is not decided here.
 */
@NullMarked
package io.cairn.simulator.cluster;

import org.jspecify.annotations.NullMarked;
