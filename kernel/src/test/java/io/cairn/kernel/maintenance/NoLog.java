// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import io.cairn.spi.environment.EventLog;

/** A log that nobody reads. */
final class NoLog implements EventLog {
  @Override
  public boolean writes(Level level) {
    return false;
  }

  @Override
  public void log(Level level, String message, Field... fields) {
    // Not wanted.
  }
}
