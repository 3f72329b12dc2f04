// SPDX-License-Identifier: Apache-2.0
/**
 * Two programs: {@link io.cairn.benchmarks.Load} loads any endpoint of etcd's API, and {@link
 * io.cairn.benchmarks.Comparison} starts Cairn and etcd in turn, loads them and prints ratios.
 * Knows servers as programs with flags and endpoints, never their classes. The load generator
 * itself is the package {@code load}. Start reading at {@link io.cairn.benchmarks.Comparison}.
 */
@NullMarked
package io.cairn.benchmarks;

import org.jspecify.annotations.NullMarked;
