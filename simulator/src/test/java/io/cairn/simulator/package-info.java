// SPDX-License-Identifier: Apache-2.0
/** What tests of the simulator share. */
@NullMarked
package io.cairn.simulator;

import org.jspecify.annotations.NullMarked;
