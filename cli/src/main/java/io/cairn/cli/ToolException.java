// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import org.jspecify.annotations.Nullable;

/** A tool cannot do what it was asked for. The message is one line that names cause and cure. */
public final class ToolException extends Exception {
  /** The exit code for a form of output that there is not. */
  static final int FORMAT = 4;

  /** The exit code for arguments that cannot be. */
  static final int ARGUMENTS = 128;

  private static final long serialVersionUID = 1L;
  private static final int GENERAL = 1;

  private final int exitCode;

  /** Says why. */
  public ToolException(String message) {
    this(message, GENERAL);
  }

  ToolException(String message, int exitCode) {
    super(message);
    this.exitCode = exitCode;
  }

  /** Says what the cause says. */
  public ToolException(@Nullable String message, Throwable cause) {
    super(message == null ? cause.toString() : message, cause);
    this.exitCode = GENERAL;
  }

  /** What the process exits with, as etcd's tools do. */
  int exitCode() {
    return exitCode;
  }
}
