// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

/**
 * A histogram of latencies that is exact to less than one per cent at any size: each power of two
 * nanoseconds is divided into 128 equal parts.
 */
final class Latencies {
  private static final int PART_BITS = 7;
  private static final int PARTS = 1 << PART_BITS;

  private final int[] counts = new int[(64 - PART_BITS) * PARTS];
  private long total;
  private long nanosMax;

  /** Counts one of {@code nanos}, at least 0. */
  void add(long nanos) {
    counts[bucket(nanos)]++;
    total++;
    nanosMax = Math.max(nanosMax, nanos);
  }

  /** How many there are. */
  long total() {
    return total;
  }

  /** The longest, in microseconds. */
  double microsMax() {
    return nanosMax / 1_000.0;
  }

  /** The latency in microseconds that {@code share} of all do not exceed; 0 if there are none. */
  double micros(double share) {
    long wanted = (long) Math.ceil(total * share);
    long passed = 0;
    for (int i = 0; i < counts.length; i++) {
      passed += counts[i];
      if (passed >= wanted && passed > 0) {
        return Math.min(middle(i), (double) nanosMax) / 1_000;
      }
    }
    return 0;
  }

  private static int bucket(long nanos) {
    int doublings = Math.max(0, 63 - PART_BITS - Long.numberOfLeadingZeros(nanos));
    return doublings * PARTS + (int) (nanos >>> doublings);
  }

  private static double middle(int bucket) {
    int doublings = Math.max(0, bucket / PARTS - 1);
    return ((long) (bucket - doublings * PARTS) << doublings) + ((1L << doublings) - 1) / 2.0;
  }
}
