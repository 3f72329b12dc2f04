// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import java.util.List;

/** What members say to each other. */
public sealed interface Message {

  /** Who says it to whom, and when in Raft's time. */
  Header header();

  /**
   * What every message carries.
   *
   * @param from the sender
   * @param to the receiver
   * @param term the sender's term; for pre-votes the term it would campaign in
   * @param incarnation which life of its directory the sender is; see {@link
   *     Configuration.Member#incarnation}
   */
  record Header(long from, long to, long term, long incarnation) {}

  /**
   * Asks for a vote.
   *
   * @param pre whether it only asks how a campaign would go; nobody changes state for that
   * @param forced whether the leader itself asked for the campaign, so that members who hear from
   *     that leader answer too
   */
  record VoteRequest(Header header, boolean pre, boolean forced, long lastIndex, long lastTerm)
      implements Message {}

  /** Answers {@link VoteRequest}. */
  record VoteResponse(Header header, boolean pre, boolean granted) implements Message {}

  /** Entries to follow the one at {@code prevIndex}; possibly none, to probe. */
  record AppendRequest(
      Header header, long prevIndex, long prevTerm, List<Entry> entries, long commit)
      implements Message {}

  /**
   * Tells the commit index to a receiver whose log is believed to have an entry of {@code term} at
   * {@code index}. It is not answered: if it is lost, or the log is another, the next append or
   * heartbeat says as much.
   *
   * @param term the term of the entry at {@code index}
   */
  record CommitNotice(Header header, long index, long term, long commit) implements Message {}

  /** The sender's log equals the leader's up to {@code match}, durably. */
  record AppendAccepted(Header header, long match) implements Message {}

  /**
   * The sender has no entry of that term at {@code rejectedIndex}.
   *
   * @param hintIndex the last place where the logs may agree, as far as the sender can tell
   * @param hintTerm the sender's term there
   */
  record AppendRejected(Header header, long rejectedIndex, long hintIndex, long hintTerm)
      implements Message {}

  /**
   * The leader lives.
   *
   * @param commit what the receiver may take as committed: never beyond what it acknowledged
   * @param round the newest read-index round
   */
  record Heartbeat(Header header, long commit, long round) implements Message {}

  /** Answers {@link Heartbeat}. */
  record HeartbeatResponse(Header header, long round) implements Message {}

  /**
   * The state at a position has been received in full. The state itself travels on a channel of its
   * own; the shell hands this message in when all of it has arrived and been checked.
   */
  record InstallSnapshot(Header header, SnapshotPoint point) implements Message {}

  /** The leader asks the receiver to campaign at once. */
  record TimeoutNow(Header header) implements Message {}

  /** A follower asks up to where it has to apply before it may read. */
  record ReadIndexRequest(Header header, long request) implements Message {}

  /** Answers {@link ReadIndexRequest}. */
  record ReadIndexResponse(Header header, long request, long index) implements Message {}

  /** The sender's term is newer than that of the leader it heard from. */
  record StaleTerm(Header header) implements Message {}
}
