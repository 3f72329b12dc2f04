// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.snapshot;

import io.cairn.spi.environment.OnLane;

/**
 * Whether those who send a state are faster than those who write to it.
 *
 * <p>A round sends what there was when it began. The next one sends what was written meanwhile: if
 * that is less than half as much, the rounds soon come to an end; otherwise the race is lost at
 * this pace.
 */
@OnLane("snapshot")
final class Race {
  /** The revision at which the round ends. */
  private long goal;

  private long bytes;
  private long bytesOfRoundBefore = Long.MAX_VALUE;
  private boolean lost;

  /** The first round begins, at a state of {@code revision}. */
  void begin(long revision) {
    goal = revision;
  }

  /**
   * A part of {@code length} bytes is on its way.
   *
   * @param last the revision of the last record in it
   * @param revision where the state stands now
   */
  void sent(long length, long last, long revision) {
    bytes += length;
    lost |= bytes > bytesOfRoundBefore / 2;
    if (last >= goal) {
      goal = revision;
      bytesOfRoundBefore = bytes;
      bytes = 0;
    }
  }

  boolean isLost() {
    return lost;
  }
}
