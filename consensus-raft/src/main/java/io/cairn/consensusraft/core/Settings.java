// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

/**
 * The bounds and periods of a core.
 *
 * @param electionTicks ticks without a leader before a follower campaigns; the actual number is
 *     drawn from here to twice this, exclusively
 * @param heartbeatTicks ticks between two heartbeats of a leader
 * @param preVote whether a member asks how a campaign would go before it raises the term
 * @param appendBytesMax entries per append message; a larger single entry travels alone
 * @param inflightMax unanswered appends per follower
 * @param inflightBytesMax entry bytes in unanswered appends per follower
 * @param applyBytesMax entry bytes handed out for applying and not yet reported as applied
 * @param uncommittedBytesMax entry bytes of proposals that the leader holds uncommitted
 * @param readsMax read-index requests that wait for a round
 * @param windowBytesMax applied entries kept in memory for followers that lack them
 */
public record Settings(
    int electionTicks,
    int heartbeatTicks,
    boolean preVote,
    int appendBytesMax,
    int inflightMax,
    int inflightBytesMax,
    int applyBytesMax,
    int uncommittedBytesMax,
    int readsMax,
    int windowBytesMax) {

  /** Refuses settings with which a cluster could not live. */
  public Settings {
    if (heartbeatTicks < 1 || electionTicks <= heartbeatTicks) {
      throw new IllegalArgumentException(
          "electionTicks must exceed heartbeatTicks, found "
              + electionTicks
              + " and "
              + heartbeatTicks);
    }
    if (inflightMax < 1 || readsMax < 1) {
      throw new IllegalArgumentException("inflightMax and readsMax must be positive");
    }
  }

  /** etcd's proportions: one heartbeat per tick, the election timeout in ticks. */
  public static Settings of(int electionTicks) {
    return new Settings(
        electionTicks, 1, true, 1 << 20, 512, 16 << 20, 16 << 20, 64 << 20, 1 << 16, 16 << 20);
  }
}
