// SPDX-License-Identifier: Apache-2.0
/**
 * Seeds: what they draw, how a run goes, and what is said about it.
 *
 * <p>{@link io.cairn.simulator.run.Plan} is everything that befalls a cluster, drawn from a seed
 * before anything happens or read from a file; {@link io.cairn.simulator.run.Simulation} carries
 * one out; {@link io.cairn.simulator.run.Minimizer} makes one smaller while it still fails. Nothing
 * here reads files or clocks: that is the business of {@code command}.
 */
@NullMarked
package io.cairn.simulator.run;

import org.jspecify.annotations.NullMarked;
