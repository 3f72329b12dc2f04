// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.snapshot;

import io.cairn.spi.environment.OnLane;

/**
 * How fast states are sent: no faster than a bound, and with rests in between that are several
 * times as long as the work. Where others want the processors or the medium, too, a part takes
 * longer to make, and so do the rests, so that those who wait for writes hardly notice a state on
 * its way. Rests are bounded as well: a state is to arrive some day.
 *
 * <p>A transfer begins at a sixteenth of the bound, which doubles every second. Its receiver has
 * often just started, and its code is still being compiled: what it gets in the meantime costs it
 * several times as much.
 */
@OnLane("snapshot")
final class Pace {
  /** How long rests are, in times of the work, or of what a part takes at the bound if less. */
  static final int RESTS = 7;

  private static final int FIRST_SHARE = 16;
  private static final double SECOND = 1e9;

  private final long bytesPerSecondMax;

  /** When the last transfer began. */
  private long begunNanos;

  /** Before this nothing more is sent. */
  private long nextNanos;

  /**
   * A pace.
   *
   * @param bytesPerSecondMax 0 for neither bound nor rests
   */
  Pace(long bytesPerSecondMax, long now) {
    this.bytesPerSecondMax = bytesPerSecondMax;
    begin(now);
  }

  /** A transfer begins. */
  void begin(long now) {
    begunNanos = now;
    nextNanos = now;
  }

  /** How long to wait before something is sent; 0 or less to begin at once. */
  long waitNanos(long now) {
    return nextNanos - now;
  }

  /** A part of {@code bytes} was made between {@code begun} and {@code now}, and is sent. */
  void sent(long bytes, long begun, long now) {
    if (bytesPerSecondMax > 0) {
      double bound = bytes * SECOND / bytesPerSecondMax;
      double transport =
          bound * Math.max(1, FIRST_SHARE / Math.pow(2, (now - begunNanos) / SECOND));
      double rest = RESTS * Math.min((double) (now - begun), bound);
      nextNanos = now + Math.max(0, waitNanos(now)) + (long) Math.max(transport, rest);
    }
  }
}
