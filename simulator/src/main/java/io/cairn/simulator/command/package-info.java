// SPDX-License-Identifier: Apache-2.0
/**
 * The simulator as a program: reads schedules and histories, starts processes, says what was found.
 *
 * <p>Start reading at {@link io.cairn.simulator.command.CairnSim}. This is the only package of the
 * module that may reach files, clocks, processes and standard streams.
 */
@NullMarked
package io.cairn.simulator.command;

import org.jspecify.annotations.NullMarked;
