// SPDX-License-Identifier: Apache-2.0
/** The commands of the simulator as the profile ci runs them. */
@NullMarked
package io.cairn.simulator.command;

import org.jspecify.annotations.NullMarked;
