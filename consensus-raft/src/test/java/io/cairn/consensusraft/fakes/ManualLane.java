// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.fakes;

import io.cairn.spi.environment.Lane;
import java.util.ArrayDeque;
import java.util.Deque;

/** A lane whose tasks run when the test says so, on its thread. */
public final class ManualLane implements Lane {
  private final Deque<Runnable> tasks = new ArrayDeque<>();

  @Override
  public String name() {
    return "manual";
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  /** Runs everything that waits, and what that brings. */
  public void runAll() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  /** Forgets what waits, as a crash does. */
  public void clear() {
    tasks.clear();
  }
}
