// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.Rng;

/**
 * What one member knows, shared by the parts of a core. Indexes: applied <= handedOut <= commit.
 */
final class CoreState {
  final long self;
  final long incarnation;
  final Settings settings;
  final Rng rng;
  final Log log;
  final Durability durability;
  final ReadIndexQueue reads;

  long term;
  long vote;

  /** The leader of this term as far as known, or 0. */
  long leader;

  long commit;

  /** Entries up to here were given to the state machine. */
  long handedOut;

  /** Entries up to here have been applied by it. */
  long applied;

  /** The weight of the entries in between. */
  long applyingBytes;

  Configuration configuration;
  Role role = new Role.Follower();
  int electionElapsed;
  int electionTimeout;

  /** Collects the effects of the step that is under way. */
  EffectsBuilder out = new EffectsBuilder();

  CoreState(Recovered recovered, Log log, Settings settings, Rng rng) {
    this.self = recovered.self();
    this.incarnation = recovered.incarnation();
    this.settings = settings;
    this.rng = rng;
    this.log = log;
    this.durability = new Durability(log.last());
    this.reads = new ReadIndexQueue(rng.split("read-index").next() >>> 2);
    this.term = recovered.hardState().term();
    this.vote = recovered.hardState().vote();
    this.applied = recovered.applied();
    this.handedOut = applied;
    this.commit = Math.max(applied, Math.min(recovered.hardState().commit(), log.last()));
    this.configuration = recovered.configuration();
    resetTimer();
  }

  private CoreState(CoreState other, Rng rng) {
    this.self = other.self;
    this.incarnation = other.incarnation;
    this.settings = other.settings;
    this.rng = rng;
    this.log = other.log.copy();
    this.durability = other.durability.copy();
    this.reads = other.reads.copy();
    this.term = other.term;
    this.vote = other.vote;
    this.leader = other.leader;
    this.commit = other.commit;
    this.handedOut = other.handedOut;
    this.applied = other.applied;
    this.applyingBytes = other.applyingBytes;
    this.configuration = other.configuration;
    this.role = other.role.copy();
    this.electionElapsed = other.electionElapsed;
    this.electionTimeout = other.electionTimeout;
  }

  CoreState copy(Rng rngOfCopy) {
    return new CoreState(this, rngOfCopy);
  }

  Message.Header header(long to) {
    return new Message.Header(self, to, term, incarnation);
  }

  Message.Header header(long to, long termOfMessage) {
    return new Message.Header(self, to, termOfMessage, incarnation);
  }

  /** Starts to wait for a leader afresh, for another random time. */
  void resetTimer() {
    electionElapsed = 0;
    electionTimeout = settings.electionTicks() + rng.below(settings.electionTicks());
  }

  /** Follows {@code newLeader} (0: nobody yet) in {@code newTerm}, which is not older. */
  void becomeFollower(long newTerm, long newLeader) {
    enterTerm(newTerm, newTerm == term ? vote : 0);
    role = new Role.Follower();
    learnLeader(newLeader);
    resetTimer();
  }

  /** Moves to a term, with a vote in it. Both must be durable before anybody learns of them. */
  void enterTerm(long newTerm, long newVote) {
    InvariantViolation.check(newTerm >= term, "terms never fall");
    InvariantViolation.check(
        newTerm > term || vote == 0 || vote == newVote, "one vote per term at most");
    if (newTerm != term || newVote != vote) {
      term = newTerm;
      vote = newVote;
      out.hardStateChanged();
    }
  }

  void learnLeader(long newLeader) {
    if (leader != newLeader) {
      if (leader != 0) {
        reads.leaderLost(out);
      }
      leader = newLeader;
    }
  }

  void commitTo(long index) {
    if (index > commit) {
      InvariantViolation.check(index <= log.last(), "the commit index stays within the log");
      commit = index;
    }
  }

  /** Whether the newest committed entry is of this term, so that commit is known to be current. */
  boolean termStarted() {
    return log.term(commit) == term;
  }

  /** Whether a committed membership change is still to be applied. */
  boolean changeUnapplied() {
    for (long index = applied + 1; index <= commit; index++) {
      if (log.entry(index).kind() == EntryKind.CONFIGURATION) {
        return true;
      }
    }
    return false;
  }

  Effects.RoleView view() {
    Effects.RoleKind kind =
        switch (role) {
          case Role.Follower _ -> Effects.RoleKind.FOLLOWER;
          case Role.Candidate candidate ->
              candidate.pre ? Effects.RoleKind.PRE_CANDIDATE : Effects.RoleKind.CANDIDATE;
          case Role.Leader _ -> Effects.RoleKind.LEADER;
        };
    return new Effects.RoleView(
        kind, leader, term, kind == Effects.RoleKind.LEADER && termStarted(), commit);
  }

  long fingerprint() {
    Fingerprint print = new Fingerprint();
    print.add(self).add(incarnation).add(term).add(vote).add(leader);
    print.add(commit).add(handedOut).add(applied).add(electionElapsed).add(electionTimeout);
    print.add(configuration);
    log.addTo(print);
    durability.addTo(print);
    reads.addTo(print);
    role.addTo(print);
    return print.value();
  }
}
