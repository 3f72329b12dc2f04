// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

/** Whose log it is. A log of another cluster, member or incarnation is refused. */
public record WalIdentity(long clusterId, long memberId, long incarnation) {}
