// SPDX-License-Identifier: Apache-2.0
/**
 * A core by itself. Whole clusters of cores, as scenarios and at random, are in the module
 * simulator.
 */
@NullMarked
package io.cairn.consensusraft.core;

import org.jspecify.annotations.NullMarked;
