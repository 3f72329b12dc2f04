// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a member is, with what only that role knows. */
sealed interface Role {

  Role copy();

  void addTo(Fingerprint print);

  /** Hears from a leader, or waits until it has to campaign. */
  final class Follower implements Role {
    @Override
    public Role copy() {
      return new Follower();
    }

    @Override
    public void addTo(Fingerprint print) {
      print.add(1);
    }
  }

  /** Collects votes; {@code pre} while it only asks how a campaign would go. */
  final class Candidate implements Role {
    final boolean pre;

    /** The token that makes its vote for itself durable; until then it does not count. */
    final long voteToken;

    // Ordered, because it is part of the fingerprint.
    final TreeMap<Long, Boolean> votes = new TreeMap<>();

    Candidate(boolean pre, long voteToken) {
      this.pre = pre;
      this.voteToken = voteToken;
    }

    int count(boolean granted, Configuration configuration) {
      int count = 0;
      for (int i = 0; i < configuration.voterCount(); i++) {
        Boolean vote = votes.get(configuration.voter(i));
        count += vote != null && vote == granted ? 1 : 0;
      }
      return count;
    }

    @Override
    public Role copy() {
      Candidate copy = new Candidate(pre, voteToken);
      copy.votes.putAll(votes);
      return copy;
    }

    @Override
    public void addTo(Fingerprint print) {
      print.add(2).add(pre).add(votes.size());
      votes.forEach((member, granted) -> print.add(member).add(granted));
    }
  }

  /** Appends what is proposed and copies its log to the others. */
  final class Leader implements Role {
    /** The other members, ascending by id. */
    final List<Progress> followers = new ArrayList<>();

    /** No membership change is accepted before this index is applied. */
    long lastChange;

    /**
     * No command is accepted before this index is applied: a change stands there that may take away
     * this member's vote. Were its log to grow behind the change, and the others not to know yet
     * that the change is committed, then nobody could win the vote of this member any more.
     */
    long quietUntil;

    /** The voter that is to take over, or 0. */
    long transferTo;

    /** For how many ticks it has been asked to. */
    int transferElapsed;

    int heartbeatElapsed;
    long uncommittedBytes;

    /** {@code voter} is to take over from now on. */
    void handOverTo(long voter) {
      transferTo = voter;
      transferElapsed = 0;
    }

    @Nullable Progress find(long id) {
      for (Progress progress : followers) {
        if (progress.id == id) {
          return progress;
        }
      }
      return null;
    }

    @Override
    public Role copy() {
      Leader copy = new Leader();
      followers.forEach(progress -> copy.followers.add(progress.copy()));
      copy.lastChange = lastChange;
      copy.quietUntil = quietUntil;
      copy.transferTo = transferTo;
      copy.transferElapsed = transferElapsed;
      copy.heartbeatElapsed = heartbeatElapsed;
      copy.uncommittedBytes = uncommittedBytes;
      return copy;
    }

    @Override
    public void addTo(Fingerprint print) {
      print
          .add(3)
          .add(lastChange)
          .add(quietUntil)
          .add(transferTo)
          .add(transferTo == 0 ? 0 : transferElapsed)
          .add(heartbeatElapsed)
          .add(uncommittedBytes);
      followers.forEach(progress -> progress.addTo(print));
    }
  }
}
