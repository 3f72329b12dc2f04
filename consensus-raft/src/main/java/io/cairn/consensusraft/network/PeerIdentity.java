// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

/**
 * Who this member is, as its data directory says.
 *
 * @param clusterId the cluster it belongs to
 * @param memberId its own id
 * @param incarnation the number of its directory
 * @param boot how often that directory has been started
 */
public record PeerIdentity(long clusterId, long memberId, long incarnation, long boot) {}
