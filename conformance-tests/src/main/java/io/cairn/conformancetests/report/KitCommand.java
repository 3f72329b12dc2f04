// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

import java.io.PrintStream;
import java.util.List;

/**
 * A kit as a command of the runner, which takes care of {@code --level}, {@code --seed}, {@code
 * --json} and {@code --html}, of printing the report, and of the exit code.
 */
public interface KitCommand {
  /** The word after the program's name, as in {@code storage}. */
  String name();

  /** What it does, in one line. */
  String summary();

  /** Its own options, one line each, as in {@code --jar FILE the jar with the backend}. */
  List<String> optionLines();

  /**
   * Examines what the options name. The level of the run is set already.
   *
   * @param progress may be told what happens meanwhile
   * @throws CannotRunException if there is nothing to examine, with one line that says why
   */
  Report run(Options options, PrintStream progress) throws CannotRunException;
}
