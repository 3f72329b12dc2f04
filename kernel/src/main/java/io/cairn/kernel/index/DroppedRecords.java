// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

/**
 * Receives the records that a compaction has taken out of the index.
 *
 * <p>Those of one key come oldest first. So if only some of the deletions survive a crash, the
 * newest record of a deleted key that is left is still its tombstone, and the same compaction can
 * be done again.
 */
@FunctionalInterface
public interface DroppedRecords {
  /** The record of this revision is not reachable any more and may be deleted from the engine. */
  void dropped(long main, int sub, boolean tombstone);
}
