// SPDX-License-Identifier: Apache-2.0
/**
 * What every distribution shares: the replicated state machine and the store facade over it.
 *
 * <p>Put together from an engine, a consensus engine and an environment, none of which it knows by
 * name. Start at {@link io.cairn.kernel.Kernel}; how a write travels: {@code kv} checks and
 * proposes, {@code apply} changes {@code index} and {@code records} and publishes, {@code state}
 * carries what was published to the engine.
 */
@NullMarked
package io.cairn.kernel;

import org.jspecify.annotations.NullMarked;
