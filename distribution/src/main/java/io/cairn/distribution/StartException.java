// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

/** The server cannot start. The message is one line that names the cause and the cure. */
final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  StartException(String message, Throwable cause) {
    super(message, cause);
  }
}
