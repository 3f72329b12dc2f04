// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.cluster;

import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusStatus;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.OnLane;
import org.jspecify.annotations.Nullable;

/** Where a member stands among the others, as somebody sees who looks at it after each event. */
@OnLane("simulation")
final class Standing {
  private final SimulatedCluster cluster;
  private final SimulatedMember member;

  /** Of the present life. */
  private @Nullable ConsensusStatus last;

  /** What leaders have counted on, over all lives. */
  private long acknowledged;

  Standing(SimulatedCluster cluster, SimulatedMember member) {
    this.cluster = cluster;
    this.member = member;
  }

  /** A life begins, in which nothing is known yet. */
  void begins() {
    last = null;
  }

  /** Cheap if nothing that counts has changed. */
  @SuppressWarnings("ReferenceEquality") // What has not been replaced has not changed.
  void look(Consensus consensus) {
    ConsensusStatus status = consensus.status();
    if (status != last) {
      cluster.invariants().stands(member, last, status);
      last = status;
    }
    if (status.leadership().self()) {
      for (SimulatedMember other : cluster.members().values()) {
        long held = Math.min(consensus.acknowledgedIndex(other.id()), status.committedIndex());
        other.standing().acknowledged = Math.max(other.standing().acknowledged, held);
      }
    }
  }

  /** It has read its log, and told with these fields what it has found. */
  void recovered(EventLog.Field... fields) {
    for (EventLog.Field field : fields) {
      if (field.name().equals("last-index") && field.value() instanceof Long index) {
        cluster.invariants().recoveredLog(member, index, acknowledged);
      }
    }
  }
}
