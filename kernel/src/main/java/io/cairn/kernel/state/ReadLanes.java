// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.state;

import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The lanes on which reads may block or take long. Whoever uses them bounds what it hands in, and
 * gives up between two chunks when nobody waits for the answer any more.
 */
@ThreadSafe
public final class ReadLanes {
  private final List<Lane> lanes;
  private final AtomicInteger turn = new AtomicInteger();

  /** Two lanes: one long read does not hold up all others. */
  public ReadLanes(Scheduler scheduler) {
    this.lanes = List.of(scheduler.lane("read-0"), scheduler.lane("read-1"));
  }

  /** The lane whose turn it is. */
  public Lane next() {
    return lanes.get((turn.getAndIncrement() & Integer.MAX_VALUE) % lanes.size());
  }

  /** All of them, in a fixed order. */
  public List<Lane> all() {
    return lanes;
  }
}
