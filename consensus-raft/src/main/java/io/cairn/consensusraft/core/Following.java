// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import io.cairn.consensusraft.core.Role.Follower;
import io.cairn.consensusraft.core.Role.Leader;
import io.cairn.spi.environment.InvariantViolation;
import java.util.List;

/** What a member does with what a leader of its term sends. */
final class Following {
  private final CoreState state;

  Following(CoreState state) {
    this.state = state;
  }

  void onAppend(Message.AppendRequest request) {
    long leader = request.header().from();
    follow(leader);
    long prev = request.prevIndex();
    if (prev < state.commit) {
      // Old news. What is committed agrees with every leader, and needs no comparing.
      accept(leader, state.commit);
      return;
    }
    if (state.log.term(prev) != request.prevTerm()) {
      reject(leader, prev, request.prevTerm());
      return;
    }
    appendMissing(request.entries());
    long verified = prev + request.entries().size();
    state.commitTo(Math.min(request.commit(), verified));
    accept(leader, verified);
  }

  void onCommitNotice(Message.CommitNotice notice) {
    follow(notice.header().from());
    // As with an append: what lies behind that place may still be replaced by this leader.
    if (state.log.term(notice.index()) == notice.term()) {
      state.commitTo(Math.min(notice.commit(), notice.index()));
    }
  }

  void onHeartbeat(Message.Heartbeat heartbeat) {
    long leader = heartbeat.header().from();
    follow(leader);
    // The leader tells no more than what this member acknowledged to it. A member that acknowledged
    // and then lost it has broken its promise; it must not act as if it had not.
    InvariantViolation.check(
        heartbeat.commit() <= state.log.last(),
        "a leader counts on entries that are lost here: the data directory is an older copy of"
            + " itself; remove the member, then add it again with an empty one");
    state.commitTo(heartbeat.commit());
    state.out.send(new Message.HeartbeatResponse(state.header(leader), heartbeat.round()));
  }

  void onInstallSnapshot(Message.InstallSnapshot install) {
    long leader = install.header().from();
    follow(leader);
    SnapshotPoint point = install.point();
    if (point.index() <= state.commit) {
      accept(leader, state.commit);
      return;
    }
    if (state.log.term(point.index()) == point.term()) {
      // The log holds everything up to there already: the state is not needed, but what it says
      // about being committed is.
      state.commitTo(point.index());
      accept(leader, point.index());
      return;
    }
    state.log.resetTo(point.index(), point.term(), state.handedOut, state.out);
    // Whatever the old log held at or behind that place is void, durable or not.
    state.durability.truncatedFrom(point.index());
    state.commit = point.index();
    state.handedOut = point.index();
    state.applied = point.index();
    state.applyingBytes = 0;
    state.configuration = point.configuration();
    state.out.installSnapshot(point);
    accept(leader, point.index());
  }

  /** Takes the sender for the leader of this term and waits for its next sign. */
  private void follow(long leader) {
    InvariantViolation.check(!(state.role instanceof Leader), "one leader per term at most");
    InvariantViolation.check(
        state.leader == 0 || state.leader == leader, "two leaders in one term");
    if (state.role instanceof Follower) {
      state.learnLeader(leader);
      state.electionElapsed = 0;
    } else {
      state.becomeFollower(state.term, leader);
    }
  }

  /**
   * Appends the entries that are not there yet. Those behind them are cut off only when an entry
   * differs: a delayed append that ends early says nothing about what came later.
   */
  private void appendMissing(List<Entry> entries) {
    for (Entry entry : entries) {
      long term = state.log.term(entry.index());
      if (term == entry.term()) {
        continue;
      }
      if (term >= 0) {
        InvariantViolation.check(
            entry.index() > state.commit, "committed entries are never replaced");
        state.log.truncateFrom(entry.index(), state.out);
        state.durability.truncatedFrom(entry.index());
      }
      state.log.append(entry.withoutOrigin());
    }
  }

  private void accept(long leader, long match) {
    state.out.sendDurably(new Message.AppendAccepted(state.header(leader), match));
  }

  private void reject(long leader, long prev, long prevTerm) {
    // The logs cannot agree where this one has a newer term than the leader has at prev.
    long hint = Math.max(state.commit, state.log.lastWithTermAtMost(prev, prevTerm, state.commit));
    state.out.sendDurably(
        new Message.AppendRejected(
            state.header(leader), prev, hint, Math.max(0, state.log.term(hint))));
  }
}
