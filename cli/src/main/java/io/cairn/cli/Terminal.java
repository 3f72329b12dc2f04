// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import java.io.PrintStream;

/**
 * Where a tool writes to.
 *
 * @param out results
 * @param err everything else
 */
public record Terminal(PrintStream out, PrintStream err) {}
