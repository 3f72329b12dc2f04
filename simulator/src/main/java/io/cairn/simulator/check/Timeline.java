// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.check;

import java.util.Arrays;

/** A number that changes with time, as of any moment; moments are added in their order. */
final class Timeline {
  private long[] nanos = new long[256];
  private long[] values = new long[256];
  private int size;

  /** From {@code atNanos} on, which is no earlier than any before, it is this. */
  void set(long atNanos, long value) {
    if (size > 0 && nanos[size - 1] == atNanos) {
      size--;
    } else if (size == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * size);
      values = Arrays.copyOf(values, 2 * size);
    }
    nanos[size] = atNanos;
    values[size++] = value;
  }

  /** What it was at a moment, or {@code otherwise} before the first. */
  long at(long atNanos, long otherwise) {
    int found = Arrays.binarySearch(nanos, 0, size, atNanos);
    int last = found >= 0 ? found : -found - 2;
    return last < 0 ? otherwise : values[last];
  }
}
