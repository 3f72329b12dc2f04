// SPDX-License-Identifier: Apache-2.0
/**
 * The published state, and how it reaches the engine and comes back from it.
 *
 * <p>Applying publishes immutable states through one field; a lane of its own commits them to the
 * engine, many entries per batch; recovery rebuilds the newest one that the engine holds. Nothing
 * here knows what a request is. Start at {@link io.cairn.kernel.state.Published}.
 */
@NullMarked
package io.cairn.kernel.state;

import org.jspecify.annotations.NullMarked;
