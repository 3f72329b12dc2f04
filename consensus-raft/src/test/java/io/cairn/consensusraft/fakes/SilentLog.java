// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.fakes;

import io.cairn.spi.environment.EventLog;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps messages for tests that ask. */
public final class SilentLog implements EventLog {
  private final List<String> messages = new CopyOnWriteArrayList<>();

  @Override
  public boolean writes(Level level) {
    return true;
  }

  @Override
  public void log(Level level, String message, Field... fields) {
    messages.add(level + " " + message);
  }

  /** What was logged, each with its level before it. */
  public List<String> messages() {
    return messages;
  }
}
