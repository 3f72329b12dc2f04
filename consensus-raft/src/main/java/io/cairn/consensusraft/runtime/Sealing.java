// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.TimeSource;

/**
 * Seals the log once nothing has been written for a while: from then on a lost end would be
 * recognised as damage, and not be taken for a write that was torn.
 */
@OnLane("raft")
final class Sealing {
  private static final long QUIET_NANOS = 100_000_000;

  private final LogWork log;
  private final Work work;
  private final TimeSource time;
  private long lastPersistNanos;
  private boolean due = true;

  /** The log may end with what an earlier life has written. */
  Sealing(LogWork log, Work work, TimeSource time) {
    this.log = log;
    this.work = work;
    this.time = time;
    this.lastPersistNanos = time.nanos();
  }

  /** Something is to be written. */
  void persisting() {
    lastPersistNanos = time.nanos();
    due = true;
  }

  /** Looks whether it has been quiet for long enough; {@code commit} is recorded then. */
  void tick(long commit) {
    if (due && time.nanos() - lastPersistNanos >= QUIET_NANOS) {
      due = false;
      work.onLog(() -> log.seal(commit));
    }
  }
}
