// SPDX-License-Identifier: Apache-2.0
/**
 * The tools for a terminal. {@code cairnutl} works on the files of a stopped member and on backups,
 * and never on the network.
 *
 * <p>It names no backend and no consensus: whoever packs the tool says which there are ({@link
 * io.cairn.cli.BackendSource}, {@link io.cairn.cli.ClusterFounding}), so a distribution's tool
 * knows just what its server knows. Start reading at {@link io.cairn.cli.Cairnutl}.
 */
@NullMarked
package io.cairn.cli;

import org.jspecify.annotations.NullMarked;
