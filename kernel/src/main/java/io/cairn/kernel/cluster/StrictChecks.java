// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import io.cairn.spi.store.Member;
import io.cairn.spi.store.Reason;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps operators from changing a cluster into one without a quorum: etcd's {@code
 * --strict-reconfig-check}.
 *
 * <p>A member has started when it has a name. A member is connected when its connection has been up
 * for five seconds; this member counts as connected to itself. All divisions are integer divisions.
 *
 * @param membership the members now
 * @param self this member
 * @param health its connections
 */
record StrictChecks(Membership membership, long self, PeerHealth health) {
  private static final long CONNECTED_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Why a member should not be added now, or null. */
  @Nullable Reason refusesToAdd(boolean learner) {
    List<Member> voters = membership.voters();
    int voting = voters.size();
    int quorumAfter = (voting + 1) / 2 + 1;
    // The only member of a cluster may always get company, or it could never grow.
    boolean onlyOneAndStarted = voting == 1 && started(voters) == 1;
    if (!learner && !onlyOneAndStarted && started(voters) < quorumAfter) {
      return new Reason.NotEnoughStarted();
    }
    if (voting != 1 && connected(voters) < quorumAfter) {
      return new Reason.UnhealthyCluster();
    }
    return null;
  }

  /** Why {@code member} should not be removed now, or null. */
  @Nullable Reason refusesToRemove(Member member) {
    if (member.learner()) {
      return null;
    }
    List<Member> voters = membership.voters();
    List<Member> rest = voters.stream().filter(other -> other.id() != member.id()).toList();
    if (rest.isEmpty() || started(rest) < rest.size() / 2 + 1) {
      return new Reason.NotEnoughStarted();
    }
    boolean reachable =
        member.id() == self || health.connectedNanos(member.id()) != PeerHealth.DISCONNECTED;
    if (reachable && connected(voters) - 1 < 1 + (voters.size() - 1) / 2) {
      return new Reason.UnhealthyCluster();
    }
    return null;
  }

  /** Why a learner should not get its vote now, or null. */
  @Nullable Reason refusesToPromote() {
    List<Member> voters = membership.voters();
    return started(voters) + 1 < (voters.size() + 1) / 2 + 1 ? new Reason.NotEnoughStarted() : null;
  }

  private static int started(List<Member> members) {
    return (int) members.stream().filter(member -> !member.name().isEmpty()).count();
  }

  private int connected(List<Member> members) {
    return (int)
        members.stream()
            .filter(member ->
                member.id() == self || health.connectedNanos(member.id()) >= CONNECTED_NANOS)
            .count();
  }
}
