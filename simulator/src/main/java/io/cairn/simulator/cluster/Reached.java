// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.cluster;

import io.cairn.spi.environment.OnLane;
import java.util.Map;
import java.util.TreeMap;

/** How often each rare situation came about: one that never does tests nothing. */
@OnLane("simulation")
public final class Reached {
  private final Map<String, Long> counts = new TreeMap<>();

  /** It came about. */
  public void count(String situation) {
    counts.merge(situation, 1L, Long::sum);
  }

  /** It came about so many times more. */
  public void add(String situation, long times) {
    if (times != 0) {
      counts.merge(situation, times, Long::sum);
    }
  }

  /** By situation. */
  public Map<String, Long> counts() {
    return counts;
  }
}
