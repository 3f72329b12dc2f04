// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution.config;

/** The operator made a mistake. The message is one line that names the option and what would do. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private ConfigException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** The command line cannot be read at all: exit code 2, as Go's flag package does. */
  static ConfigException syntax(String message) {
    return new ConfigException(2, message);
  }

  /** What was asked for is not possible: exit code 1. */
  static ConfigException invalid(String message) {
    return new ConfigException(1, message);
  }

  /** The same mistake outside the command line. */
  ConfigException asInvalid() {
    return invalid(String.valueOf(getMessage()));
  }

  /** What the process is to exit with. */
  public int exitCode() {
    return exitCode;
  }
}
