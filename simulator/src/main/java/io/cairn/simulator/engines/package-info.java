// SPDX-License-Identifier: Apache-2.0
/**
 * The storage engines of simulated members.
 *
 * <p>Start reading at {@link io.cairn.simulator.engines.Storage}, the seam: which kind of engine a
 * member has. {@link io.cairn.simulator.engines.Engines} are those on one simulated disk. The model
 * comes through the same seam as the engines of production and those of others.
 *
 * <p>Engines of production live in real files and threads, so this package may reach both. It knows
 * neither consensus nor the store, and nothing in it decides what happens when.
 */
@NullMarked
package io.cairn.simulator.engines;

import org.jspecify.annotations.NullMarked;
