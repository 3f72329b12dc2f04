// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import org.jspecify.annotations.Nullable;

/** A tool cannot do what it was asked for. The message is one line that names cause and cure. */
public final class ToolException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Says why. */
  public ToolException(String message) {
    super(message);
  }

  /** Says what the cause says. */
  public ToolException(@Nullable String message, Throwable cause) {
    super(message == null ? cause.toString() : message, cause);
  }
}
