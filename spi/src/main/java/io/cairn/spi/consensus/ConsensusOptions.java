// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.consensus;

import java.util.List;

/**
 * What an engine has to know about its member.
 *
 * @param clusterId the cluster, as its handshakes and files carry it
 * @param memberId this member
 * @param incarnation a number drawn when the member's directory was made
 * @param boot how often the member has been started
 * @param bootstrap the members of a cluster that begins with this start, each as the entry that
 *     adds it; empty when the directory already has a log or the member joins a running cluster
 * @param heartbeatMillis the length of a tick
 * @param electionMillis how long a follower waits for a leader
 * @param preVote whether a candidate asks before it raises the term
 * @param requestTimeoutMillis how long a proposal or a read may wait
 * @param waitingBytesMax the bound of C6 in bytes
 * @param waitingProposalsMax the bound of C6 in proposals
 * @param leaderLeaseReads whether a leader that has heard from a quorum a moment ago answers reads
 *     without asking again. Saves a round trip, but rests on clocks that run at nearly the same
 *     rate; off unless an operator asks for it
 * @param snapshotBytesPerSecondMax how fast a state is sent to another member; 0 for no limit
 * @param goesOnAlone whether the member removes all others from the configuration that its log
 *     holds, because they are lost for good, and goes on with everything that it has
 * @param hastensFirstElection whether a member that has come up and reaches a majority waits for a
 *     leader only as long as one would need to be heard, and not the whole election timeout; once,
 *     and not with {@code leaderLeaseReads}
 */
public record ConsensusOptions(
    long clusterId,
    long memberId,
    long incarnation,
    long boot,
    List<ConfigurationChange> bootstrap,
    int heartbeatMillis,
    int electionMillis,
    boolean preVote,
    int requestTimeoutMillis,
    long waitingBytesMax,
    int waitingProposalsMax,
    boolean leaderLeaseReads,
    long snapshotBytesPerSecondMax,
    boolean goesOnAlone,
    boolean hastensFirstElection) {
  /** Copies the list. */
  public ConsensusOptions {
    bootstrap = List.copyOf(bootstrap);
  }

  /** A member that goes on with the others. */
  public ConsensusOptions(
      long clusterId,
      long memberId,
      long incarnation,
      long boot,
      List<ConfigurationChange> bootstrap,
      int heartbeatMillis,
      int electionMillis,
      boolean preVote,
      int requestTimeoutMillis,
      long waitingBytesMax,
      int waitingProposalsMax,
      boolean leaderLeaseReads,
      long snapshotBytesPerSecondMax) {
    this(
        clusterId,
        memberId,
        incarnation,
        boot,
        bootstrap,
        heartbeatMillis,
        electionMillis,
        preVote,
        requestTimeoutMillis,
        waitingBytesMax,
        waitingProposalsMax,
        leaderLeaseReads,
        snapshotBytesPerSecondMax,
        false,
        true);
  }
}
