// SPDX-License-Identifier: Apache-2.0
/**
 * What the programs of this module read from their command line and write as JSON. Knows nothing of
 * measuring. Start reading at {@link io.cairn.benchmarks.program.CommandLine}.
 */
@NullMarked
package io.cairn.benchmarks.program;

import org.jspecify.annotations.NullMarked;
