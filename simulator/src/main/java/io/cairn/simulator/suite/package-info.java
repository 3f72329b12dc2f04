// SPDX-License-Identifier: Apache-2.0
/**
 * What a test of somebody's parts needs: a class to extend, and files to find a cause with.
 *
 * <p>Start reading at {@link io.cairn.simulator.suite.SimulationConformance}. It never looks inside
 * a run: that is the business of {@code run}.
 */
@NullMarked
package io.cairn.simulator.suite;

import org.jspecify.annotations.NullMarked;
