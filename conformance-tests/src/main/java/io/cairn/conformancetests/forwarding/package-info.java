// SPDX-License-Identifier: Apache-2.0
/**
 * Engines, views and cursors that do what others do, but for what they say themselves: observers,
 * and right ones that are made wrong in one way. They must never do anything of their own.
 *
 * <p>Start reading at {@link io.cairn.conformancetests.forwarding.ForwardingEngine}.
 */
@NullMarked
package io.cairn.conformancetests.forwarding;

import org.jspecify.annotations.NullMarked;
