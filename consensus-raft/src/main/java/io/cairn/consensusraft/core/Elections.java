// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import io.cairn.consensusraft.core.Role.Candidate;
import io.cairn.consensusraft.core.Role.Follower;
import io.cairn.consensusraft.core.Role.Leader;

/**
 * How members come to a leader: timeouts, pre-votes, votes.
 *
 * <p>A member that has heard from a leader within the election timeout answers no vote request
 * (dissertation 4.2.3), unless that leader asked for the campaign. A pre-vote changes nobody's
 * state, so a member that was cut off does not disturb the others when it returns (9.6).
 */
final class Elections {
  private final CoreState state;
  private final Replication replication;

  Elections(CoreState state, Replication replication) {
    this.state = state;
    this.replication = replication;
  }

  /** A unit of time has passed for a member that does not lead. */
  void tick() {
    state.electionElapsed++;
    if (state.electionElapsed >= state.electionTimeout) {
      state.resetTimer();
      if (mayCampaign()) {
        campaign(state.settings.preVote(), false);
      } else {
        state.learnLeader(0);
      }
    }
  }

  /** A sole voter has nobody to wait for or to ask. */
  void campaignIfAlone() {
    if (state.role instanceof Follower
        && state.configuration.isSoleVoter(state.self)
        && !state.changeUnapplied()) {
      campaign(false, false);
    }
  }

  void onTimeoutNow() {
    if (mayCampaign()) {
      campaign(false, true);
    }
  }

  void onVoteRequest(Message.VoteRequest request) {
    Message.Header header = request.header();
    if (!request.forced() && hearsFromLeader()) {
      return;
    }
    if (!request.pre() && header.term() > state.term) {
      state.becomeFollower(header.term(), 0);
    }
    boolean free =
        state.vote == header.from()
            || (state.vote == 0 && state.leader == 0)
            || (request.pre() && header.term() > state.term);
    boolean granted = free && upToDate(request);
    if (granted && !request.pre()) {
      state.enterTerm(state.term, header.from());
      state.electionElapsed = 0;
    }
    // A granted pre-vote is about the term of the campaign that is yet to come.
    long term = granted ? header.term() : state.term;
    state.out.sendDurably(
        new Message.VoteResponse(state.header(header.from(), term), request.pre(), granted));
  }

  void onVoteResponse(Message.VoteResponse response) {
    if (!(state.role instanceof Candidate candidate) || candidate.pre != response.pre()) {
      return;
    }
    if (response.granted() && candidate.pre && response.header().term() != state.term + 1) {
      return;
    }
    candidate.votes.putIfAbsent(response.header().from(), response.granted());
    poll(candidate);
  }

  /** A candidate's vote for itself counts once it is durable, like any other. */
  void onPersisted() {
    if (state.role instanceof Candidate candidate
        && !candidate.pre
        && !candidate.votes.containsKey(state.self)
        && state.durability.isDurable(candidate.voteToken)) {
      candidate.votes.put(state.self, true);
      poll(candidate);
    }
  }

  private void campaign(boolean pre, boolean forced) {
    Candidate candidate = new Candidate(pre, state.durability.nextToken());
    state.learnLeader(0);
    if (!pre) {
      state.enterTerm(state.term + 1, state.self);
    }
    state.role = candidate;
    state.resetTimer();
    long term = pre ? state.term + 1 : state.term;
    for (int i = 0; i < state.configuration.voterCount(); i++) {
      long voter = state.configuration.voter(i);
      if (voter != state.self) {
        state.out.sendDurably(
            new Message.VoteRequest(
                state.header(voter, term), pre, forced, state.log.last(), state.log.lastTerm()));
      }
    }
    if (pre) {
      candidate.votes.put(state.self, true);
      poll(candidate);
    }
  }

  private void poll(Candidate candidate) {
    int quorum = state.configuration.quorum();
    if (candidate.count(true, state.configuration) >= quorum) {
      if (candidate.pre) {
        campaign(false, false);
      } else {
        replication.becomeLeader();
      }
    } else if (candidate.count(false, state.configuration)
        > state.configuration.voterCount() - quorum) {
      state.becomeFollower(state.term, 0);
    }
  }

  /** Only voters campaign, and only once they know whether they still are. */
  private boolean mayCampaign() {
    return state.configuration.isVoter(state.self)
        && !(state.role instanceof Leader)
        && !state.changeUnapplied();
  }

  private boolean hearsFromLeader() {
    return state.leader != 0
        && (state.leader == state.self || state.electionElapsed < state.settings.electionTicks());
  }

  private boolean upToDate(Message.VoteRequest request) {
    long lastTerm = state.log.lastTerm();
    return request.lastTerm() > lastTerm
        || (request.lastTerm() == lastTerm && request.lastIndex() >= state.log.last());
  }
}
