// SPDX-License-Identifier: Apache-2.0
/**
 * The members of the cluster: their replicated registry, their ids, and what may be changed when.
 *
 * <p>The registry decides at apply whether a change is accepted, from the entry and its own state
 * alone, so that every member decides alike. Whether a change is wise (enough members started and
 * connected) is judged before it is proposed, by the member that was asked. Nothing here knows how
 * agreement is reached or how members talk to each other. Start at {@link
 * io.cairn.kernel.cluster.MemberBook}.
 */
@NullMarked
package io.cairn.kernel.cluster;

import org.jspecify.annotations.NullMarked;
