// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.environment;

import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.EventLog.Level;
import io.cairn.spi.environment.ProcessExit;
import io.cairn.spi.environment.ThreadSafe;

/**
 * Ends the process at once, without running anything that would rely on the state that has just
 * been found wrong.
 */
@ThreadSafe
public final class HaltingExit implements ProcessExit {
  /** The exit code of a process that ended itself. */
  public static final int EXIT_CODE = 1;

  private final EventLog log;

  /** Says its last words to {@code log}. */
  public HaltingExit(EventLog log) {
    this.log = log;
  }

  @Override
  public Error fail(String what, Throwable cause) {
    try {
      log.log(Level.FATAL, what, EventLog.field("error", cause));
    } finally {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
    throw new AssertionError("the process has been halted");
  }
}
