// SPDX-License-Identifier: Apache-2.0
/**
 * What the kernels of two members say to each other: the few questions that only the leader can
 * answer, and the wait for somebody who leads.
 *
 * <p>It knows neither leases nor the registry of members, only the shape of questions about them;
 * and it never learns how messages travel. Agreement is none of its business: what has to be agreed
 * on goes through the log. Start at {@link io.cairn.kernel.peer.LeaderOnly}.
 */
@NullMarked
package io.cairn.kernel.peer;

import org.jspecify.annotations.NullMarked;
