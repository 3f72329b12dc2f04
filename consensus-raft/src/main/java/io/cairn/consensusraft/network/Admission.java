// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import io.cairn.spi.network.PeerNetwork.Refusal;
import org.jspecify.annotations.Nullable;

/** Judges whoever is at the other end of a stream, by its greeting. */
final class Admission {
  private final PeerIdentity self;
  private final PeerTable table;
  private final Callbacks callbacks;

  Admission(PeerIdentity self, PeerTable table, Callbacks callbacks) {
    this.self = self;
    this.table = table;
    this.callbacks = callbacks;
  }

  /** Why the sender of {@code hello} is refused; null if it is welcome. */
  @Nullable Rejection judge(Hello hello) {
    if (hello.clusterId() != self.clusterId()) {
      return new Rejection(
          Refusal.OTHER_CLUSTER,
          ("cluster ID mismatch: %x belongs to cluster %x, %x to cluster %x; were both first"
               + " started with the same --initial-cluster and --initial-cluster-token, and do the"
               + " peer URLs lead to where they should?")
              .formatted(hello.from(), hello.clusterId(), self.memberId(), self.clusterId()));
    }
    if (hello.to() != self.memberId() || hello.from() == self.memberId()) {
      return new Rejection(
          Refusal.OTHER_MEMBER,
          "member ID mismatch: %x looks for member %x at the address of member %x"
              .formatted(hello.from(), hello.to(), self.memberId()));
    }
    if (table.isForgotten(hello.from())) {
      return removed(hello.from());
    }
    String reason = callbacks.gate.refuses(hello.from(), hello.incarnation(), hello.boot());
    return reason == null ? null : new Rejection(Refusal.UNWELCOME, reason);
  }

  /** How a removed member is refused. */
  static Rejection removed(long member) {
    return new Rejection(
        Refusal.REMOVED, "the member %x has been permanently removed".formatted(member));
  }
}
