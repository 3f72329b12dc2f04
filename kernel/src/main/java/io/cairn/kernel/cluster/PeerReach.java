// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.store.Member;
import java.util.List;

/**
 * Tells the network where the other members are: those of the registry, and, until there is one,
 * those that this member was told of when it joined.
 */
@OnLane("apply")
public final class PeerReach implements MemberBook.Listener {
  private final PeerNetwork network;
  private final long self;

  /** Will tell {@code network}, of everybody but {@code self}. */
  public PeerReach(PeerNetwork network, long self) {
    this.network = network;
    this.self = self;
  }

  /** Begins with what was recovered; before the registry changes. */
  public void start(Membership recovered, List<Member> told) {
    if (recovered.members().isEmpty()) {
      reach(told);
    }
    changed(Membership.EMPTY, recovered);
  }

  @Override
  public void changed(Membership before, Membership after) {
    reach(
        after.members().stream()
            .filter(member ->
                before
                    .findMember(member.id())
                    .filter(known -> known.peerUrls().equals(member.peerUrls()))
                    .isEmpty())
            .toList());
    for (long removed : after.removed()) {
      if (removed != self && !before.isRemoved(removed)) {
        network.forget(removed);
      }
    }
  }

  private void reach(List<Member> members) {
    for (Member member : members) {
      if (member.id() != self) {
        network.reach(member.id(), member.peerUrls());
      }
    }
  }
}
