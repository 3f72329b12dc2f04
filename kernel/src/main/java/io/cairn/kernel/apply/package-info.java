// SPDX-License-Identifier: Apache-2.0
/**
 * Applying entries: the one place where the key space changes.
 *
 * <p>What applying does is a function of the entry and of the state that earlier entries made: no
 * clock, no size, no configuration, nothing that could differ between members. Start at {@link
 * io.cairn.kernel.apply.ReplicatedState}; what the commands do is in {@code CommandExecution}.
 */
@NullMarked
package io.cairn.kernel.apply;

import org.jspecify.annotations.NullMarked;
