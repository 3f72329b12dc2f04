// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.spi.environment.OnLane;

/**
 * What a client's requests for progress wait for: that every watcher has been told everything up to
 * a revision. Two are kept, so that no request waits for ever while others follow it: the first
 * that is unanswered, and the last, which answers those between.
 */
@OnLane("caller")
final class ProgressRequests {
  private static final long NONE = -1;

  private long oldest = NONE;
  private long newest = NONE;
  private long lookAt;

  boolean isEmpty() {
    return oldest == NONE;
  }

  void add(long revision) {
    if (oldest == NONE) {
      oldest = revision;
      lookAt = 0;
    } else {
      newest = revision;
    }
  }

  long oldest() {
    return oldest;
  }

  void removeOldest() {
    oldest = newest;
    newest = NONE;
    lookAt = 0;
  }

  void clear() {
    oldest = NONE;
    newest = NONE;
  }

  /** Whether it is time to look, counted in turns of watchers. */
  boolean isDueAt(long turn) {
    return oldest != NONE && turn >= lookAt;
  }

  void retryAt(long turn) {
    lookAt = turn;
  }
}
