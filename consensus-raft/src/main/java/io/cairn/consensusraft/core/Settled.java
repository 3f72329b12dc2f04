// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import java.util.Arrays;

/**
 * What a leader knows already, so that an answer that says no more than this changes nothing that
 * anybody waits for. It may be kept, but not forgotten: it shows that the member lives.
 */
public final class Settled {
  /** Where everything that is said matters. */
  public static final Settled NOTHING = new Settled(0, 0, 0, new long[0]);

  private final long term;
  private final long commit;
  private final long round;

  /** Those that lack nothing which their answer would let them be sent. */
  private final long[] members;

  Settled(long term, long commit, long round, long[] members) {
    this.term = term;
    this.commit = commit;
    this.round = round;
    this.members = members;
  }

  /** Whether {@code message} can wait for whatever makes the next step. */
  public boolean covers(Message message) {
    return switch (message) {
      case Message.AppendAccepted accepted ->
          accepted.match() <= commit && isSettled(accepted.header());
      case Message.HeartbeatResponse response ->
          response.round() <= round && isSettled(response.header());
      case Message.VoteRequest _,
          Message.VoteResponse _,
          Message.AppendRequest _,
          Message.CommitNotice _,
          Message.AppendRejected _,
          Message.Heartbeat _,
          Message.InstallSnapshot _,
          Message.TimeoutNow _,
          Message.ReadIndexRequest _,
          Message.ReadIndexResponse _,
          Message.StaleTerm _ ->
          false;
    };
  }

  private boolean isSettled(Message.Header header) {
    return header.term() == term && Arrays.stream(members).anyMatch(id -> id == header.from());
  }
}
