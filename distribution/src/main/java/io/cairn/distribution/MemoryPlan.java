// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import io.cairn.kernel.options.KernelOptions;

/**
 * Divides the memory budget. Half of it is heap, as which the launcher gives it to Java before that
 * starts; in a JVM with a larger heap no more than that half is used. What the heap holds is
 * divided here; the storage engine gets a quarter of the budget, outside the heap.
 *
 * @param kernel the shares on the heap
 * @param unflushedBytes how much published state may wait for the engine
 * @param engineBytes the engine's caches and buffers
 * @param logBytes what may wait to enter the log, or be applied; beyond that proposals are refused.
 *     Large requests wait before they are proposed, and take at most a sixteenth of the heap
 */
record MemoryPlan(
    KernelOptions.Memory kernel, long unflushedBytes, long engineBytes, long logBytes) {
  private static final long UNFLUSHED_BYTES_MAX = 64L << 20;

  /** Divides {@code budgetBytes}, or if that is 0 what suits a heap of {@code largestHeapBytes}. */
  static MemoryPlan of(long largestHeapBytes, long budgetBytes) {
    long budget = budgetBytes == 0 ? largestHeapBytes * 2 : budgetBytes;
    long heapBytes = Math.min(largestHeapBytes, budget / 2);
    return new MemoryPlan(
        new KernelOptions.Memory(heapBytes / 12, heapBytes / 4),
        Math.min(UNFLUSHED_BYTES_MAX, heapBytes / 6),
        budget / 4,
        heapBytes / 6);
  }
}
