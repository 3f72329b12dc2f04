// SPDX-License-Identifier: Apache-2.0
/** Whether the checkers can tell good histories from bad ones. */
@NullMarked
package io.cairn.simulator.check;

import org.jspecify.annotations.NullMarked;
