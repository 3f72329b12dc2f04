// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.spi.store.Bytes;
import java.util.List;

/**
 * What looking through a stretch of history gave a watcher.
 *
 * @param runs the events to be told, none if nothing concerned the watcher
 * @param revision the last revision among them
 * @param next the first revision that has not been looked through to its end
 * @param nextSub how many changes of that revision have been looked through
 * @param fragment whether the events of this response go on there
 * @param compactedAt the compaction floor if it lies above what was to be read, else 0
 */
record Batch(
    List<Bytes> runs, long revision, long next, int nextSub, boolean fragment, long compactedAt) {

  /** Nothing up to {@code next}. */
  static Batch nothing(long next) {
    return new Batch(List.of(), 0, next, 0, false, 0);
  }

  /** Compaction has overtaken the watcher. */
  static Batch compacted(long floor) {
    return new Batch(List.of(), 0, 0, 0, false, floor);
  }

  /** The bytes of the events. */
  long bytes() {
    long sum = 0;
    for (Bytes run : runs) {
      sum += run.length();
    }
    return sum;
  }
}
