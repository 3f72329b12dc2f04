// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The server cannot start. The message is one line that names the cause and the cure. */
public final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> hints;

  StartException(String message) {
    super(message);
    this.hints = List.of();
  }

  /** Asks the operator, in further lines, about the mistakes that are made most. */
  StartException(String message, List<String> hints) {
    super(message);
    this.hints = List.copyOf(hints);
  }

  StartException(@Nullable String message, Throwable cause) {
    super(message == null ? cause.toString() : message, cause);
    this.hints = List.of();
  }

  /** Lines to be logged beside the message. */
  List<String> hints() {
    return hints;
  }
}
