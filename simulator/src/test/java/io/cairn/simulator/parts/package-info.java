// SPDX-License-Identifier: Apache-2.0
/** Parts that are not Cairn's own, right ones and wrong ones. */
@NullMarked
package io.cairn.simulator.parts;

import org.jspecify.annotations.NullMarked;
