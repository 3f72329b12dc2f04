// SPDX-License-Identifier: Apache-2.0
/**
 * Whole clusters of cores in one thread: scenarios as text, and random ones from a seed. Start
 * reading at {@code TestCluster}.
 */
@NullMarked
package io.cairn.consensusraft.core;

import org.jspecify.annotations.NullMarked;
