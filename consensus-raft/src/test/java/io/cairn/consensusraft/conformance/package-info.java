// SPDX-License-Identifier: Apache-2.0
/**
 * Raft against the published contract of consensus, and the contract's kit against engines that are
 * wrong.
 *
 * <p>It must never know how Raft is built: members are made as distributions make them. Start
 * reading at {@link io.cairn.consensusraft.conformance.RaftFixture}.
 */
@NullMarked
package io.cairn.consensusraft.conformance;

import org.jspecify.annotations.NullMarked;
