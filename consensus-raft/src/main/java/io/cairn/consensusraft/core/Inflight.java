// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

/** The unanswered appends of a pipeline: a ring of (last index, bytes), bounded in both. */
final class Inflight {
  private final int countMax;
  private final long bytesMax;
  private long[] lastIndexes = new long[8];
  private int[] sizes = new int[8];
  private int first;
  private int count;
  private long bytes;

  Inflight(int countMax, long bytesMax) {
    this.countMax = countMax;
    this.bytesMax = bytesMax;
  }

  Inflight copy() {
    Inflight copy = new Inflight(countMax, bytesMax);
    copy.lastIndexes = lastIndexes.clone();
    copy.sizes = sizes.clone();
    copy.first = first;
    copy.count = count;
    copy.bytes = bytes;
    return copy;
  }

  boolean isEmpty() {
    return count == 0;
  }

  boolean full() {
    return count >= countMax || (count > 0 && bytes >= bytesMax);
  }

  void add(long lastIndex, int size) {
    if (count == lastIndexes.length) {
      grow();
    }
    int slot = (first + count) & (lastIndexes.length - 1);
    lastIndexes[slot] = lastIndex;
    sizes[slot] = size;
    count++;
    bytes += size;
  }

  /** Everything up to {@code index} has been answered. */
  void freeTo(long index) {
    while (count > 0 && lastIndexes[first] <= index) {
      bytes -= sizes[first];
      first = (first + 1) & (lastIndexes.length - 1);
      count--;
    }
  }

  void clear() {
    first = 0;
    count = 0;
    bytes = 0;
  }

  void addTo(Fingerprint print) {
    print.add(count).add(bytes);
    for (int i = 0; i < count; i++) {
      print.add(lastIndexes[(first + i) & (lastIndexes.length - 1)]);
    }
  }

  private void grow() {
    long[] indexes = new long[lastIndexes.length * 2];
    int[] weights = new int[sizes.length * 2];
    for (int i = 0; i < count; i++) {
      int slot = (first + i) & (lastIndexes.length - 1);
      indexes[i] = lastIndexes[slot];
      weights[i] = sizes[slot];
    }
    lastIndexes = indexes;
    sizes = weights;
    first = 0;
  }
}
