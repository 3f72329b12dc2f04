// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

/** Receives the records that a compaction has taken out of the index. */
@FunctionalInterface
public interface DroppedRecords {
  /** The record of this revision is not reachable any more and may be deleted from the engine. */
  void dropped(long main, int sub, boolean tombstone);
}
