// SPDX-License-Identifier: Apache-2.0
/** Whether the simulated outside is as weak, and as strong, as its contracts say. */
@NullMarked
package io.cairn.simulator.environment;

import org.jspecify.annotations.NullMarked;
