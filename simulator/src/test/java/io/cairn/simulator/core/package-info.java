// SPDX-License-Identifier: Apache-2.0
/** Scenarios from files, and random clusters of cores. */
@NullMarked
package io.cairn.simulator.core;

import org.jspecify.annotations.NullMarked;
