// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

import org.jspecify.annotations.Nullable;

/**
 * An examination cannot begin: an option is wrong, a file cannot be read, nobody answers. Its
 * message is one line for whoever gave the command.
 */
public final class CannotRunException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What was wanted, what was found, what would work. */
  public CannotRunException(String message) {
    this(message, null);
  }

  /** The same with what led to it. */
  public CannotRunException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
