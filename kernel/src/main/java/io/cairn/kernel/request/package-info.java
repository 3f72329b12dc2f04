// SPDX-License-Identifier: Apache-2.0
/**
 * What every facade shares: the way of a request into consensus and back, and what has to hold
 * before.
 *
 * <p>Knows commands and published state, and no particular request. Start at {@link
 * io.cairn.kernel.request.Proposer} for writes, {@link io.cairn.kernel.request.ReadBarrier} for
 * reads.
 */
@NullMarked
package io.cairn.kernel.request;

import org.jspecify.annotations.NullMarked;
