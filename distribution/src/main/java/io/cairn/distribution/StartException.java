// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import org.jspecify.annotations.Nullable;

/** The server cannot start. The message is one line that names the cause and the cure. */
final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  StartException(String message) {
    super(message);
  }

  StartException(@Nullable String message, Throwable cause) {
    super(message == null ? cause.toString() : message, cause);
  }
}
