// SPDX-License-Identifier: Apache-2.0
/**
 * What clients asked and what they heard, with the times of both: all that the checkers need to
 * know of a run, whether it was simulated or real.
 *
 * <p>Start reading at {@link io.cairn.simulator.history.Operation}. Nothing here knows how a
 * cluster works.
 */
@NullMarked
package io.cairn.simulator.history;

import org.jspecify.annotations.NullMarked;
