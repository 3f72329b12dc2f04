// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.cluster;

import io.cairn.spi.environment.InvariantViolation;
import java.io.IOException;

/**
 * Why a process has ended itself.
 *
 * @param what what it said
 * @param cause what led to it
 */
record LastWords(String what, Throwable cause) {
  private static final String KNOWN_OTHERWISE = "the cluster knows this member";

  /** Whether its disk has failed, and not the process itself. */
  boolean blameTheDisk() {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof IOException) {
        return true;
      }
      if (at instanceof InvariantViolation || at instanceof Broken) {
        return false;
      }
    }
    return false;
  }

  /** Whether others have told it that they know it by another directory, or by a later start. */
  boolean sayThatOthersRefuseIt() {
    return what.startsWith(KNOWN_OTHERWISE);
  }

  /**
   * Whether it has noticed that it lacks what it had. What a leader sent to a life before the loss
   * may come late, and tells as much.
   */
  boolean sayThatItHasForgotten() {
    return sayThatOthersRefuseIt()
        || (cause instanceof InvariantViolation
            && String.valueOf(cause.getMessage()).startsWith("a leader counts on entries"));
  }
}
