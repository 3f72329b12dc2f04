// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.endtoend.ledger.History;
import io.cairn.endtoend.ledger.Ledger;
import java.util.HashSet;

/** Holds all members of a cluster to what its clients were promised. */
final class LedgerCheck {
  private LedgerCheck() {}

  /**
   * Checks the stored history of every member against {@code ledger}; returns that history, which
   * is the same on all.
   */
  static History keeps(Cluster cluster, Ledger ledger) throws Exception {
    assertThat(ledger.violations()).as("answers").isEmpty();
    cluster.awaitAgreement();
    long latest =
        Math.max(ledger.revisionSeen(), cluster.write(Cluster.PATIENCE, cluster.members()));
    cluster.awaitAgreement();
    History first = null;
    for (ClusterMember member : cluster.members()) {
      History history = History.read(member.client(), latest);
      assertThat(ledger.violationsIn(history)).as("history of %s", member).isEmpty();
      if (first != null) {
        assertThat(history.revisions().equals(first.revisions()))
            .as("%s has the same history as the others", member)
            .isTrue();
      }
      first = history;
    }
    var hashes = cluster.hashes();
    assertThat(new HashSet<>(hashes.values())).as("hashes of %s", hashes).hasSize(1);
    if (first == null) {
      throw new IllegalArgumentException("a cluster without members");
    }
    return first;
  }
}
