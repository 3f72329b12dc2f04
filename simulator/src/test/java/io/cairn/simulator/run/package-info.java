// SPDX-License-Identifier: Apache-2.0
/** Whole runs: seeds, schedules of former failures, and whether a run can be repeated. */
@NullMarked
package io.cairn.simulator.run;

import org.jspecify.annotations.NullMarked;
