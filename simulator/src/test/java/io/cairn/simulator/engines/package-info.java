// SPDX-License-Identifier: Apache-2.0
/** What becomes of engines when processes end. */
@NullMarked
package io.cairn.simulator.engines;

import org.jspecify.annotations.NullMarked;
