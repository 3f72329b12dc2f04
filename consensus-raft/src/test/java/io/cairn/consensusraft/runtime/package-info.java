// SPDX-License-Identifier: Apache-2.0
/** The shell over a fake disk, with lanes and time in the test's hand. */
@NullMarked
package io.cairn.consensusraft.runtime;

import org.jspecify.annotations.NullMarked;
