// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.program;

/** A command line that cannot be understood; the message says what would be. */
public final class UsageException extends Exception {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }
}
