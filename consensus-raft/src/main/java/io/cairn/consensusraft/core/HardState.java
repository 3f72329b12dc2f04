// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

/**
 * What a member must not forget.
 *
 * @param term the newest term it has seen
 * @param vote whom it voted for in that term, or 0
 * @param commit a lower bound of the commit index; may lag behind, unlike the others
 */
public record HardState(long term, long vote, long commit) {
  /** The state of a member that has never taken part in anything. */
  public static final HardState INITIAL = new HardState(0, 0, 0);
}
