// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.snapshot;

import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import org.jspecify.annotations.Nullable;

/** A lane that is made when it is first needed: most members never send or receive a state. */
@ThreadSafe
final class LateLane {
  private final Scheduler scheduler;
  private final String name;

  // Guarded by this.
  private @Nullable Lane lane;

  LateLane(Scheduler scheduler, String name) {
    this.scheduler = scheduler;
    this.name = name;
  }

  synchronized Lane get() {
    Lane made = lane;
    if (made == null) {
      made = scheduler.lane(name);
      lane = made;
    }
    return made;
  }

  synchronized boolean isMade() {
    return lane != null;
  }
}
