// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

/**
 * The origin of an entry that another member than the leader proposed: who, in which of its lives,
 * as its how manyth proposal. Unlike other origins it travels with the entry, so that the proposer
 * recognises the entry whichever leader sends it; it is not stored.
 *
 * @param member the proposer
 * @param boot the life of its process
 * @param sequence its number for the proposal, unique in that life
 */
public record Forwarded(long member, long boot, long sequence) {
  /**
   * The origin of an entry that is known not to have been forwarded. An entry without any origin
   * may have been: it was read back from stable storage, which does not keep origins.
   */
  public static final Forwarded BY_NOBODY = new Forwarded(0, 0, 0);
}
