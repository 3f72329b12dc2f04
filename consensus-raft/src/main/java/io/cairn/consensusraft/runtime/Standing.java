// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects.RoleKind;
import io.cairn.consensusraft.core.Effects.RoleView;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusStatus;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.environment.OnLane;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What this member is, as any thread may see it. */
@OnLane("raft")
final class Standing {
  private final RaftCore core;

  /** What had to be applied before this term's first read, or NO_INDEX while not known. */
  private long readableFrom = Consensus.NO_INDEX;

  /** The configuration in the status, in both forms. */
  private Configuration told;

  private io.cairn.spi.consensus.Configuration toldConfiguration;

  // Written by the raft lane, read by any thread: each value stands for itself.
  private volatile long readable = Consensus.NO_INDEX;
  private volatile ConsensusStatus status;

  // The same: what other members have acknowledged, while this one leads; alternating ids and
  // indexes, in an array that is never changed.
  private volatile long[] acknowledged = {};

  Standing(RaftCore core) {
    this.core = core;
    this.told = core.configuration();
    this.toldConfiguration = ChangeFormat.fromCore(told);
    this.status =
        new ConsensusStatus(
            Leadership.NONE, core.role().commit(), core.applied(), toldConfiguration);
  }

  /** See {@link Consensus#tryReadIndex}; any thread. */
  long readable() {
    return readable;
  }

  /** See {@link Consensus#status}; any thread. */
  ConsensusStatus status() {
    return status;
  }

  /** See {@link Consensus#acknowledgedIndex}; any thread. */
  long acknowledged(long member) {
    long[] known = acknowledged;
    for (int i = 0; i < known.length; i += 2) {
      if (known[i] == member) {
        return known[i + 1];
      }
    }
    return 0;
  }

  /** Makes visible what others have acknowledged; from time to time, since nobody is in a hurry. */
  void updateAcknowledged() {
    boolean leads = core.role().kind() == RoleKind.LEADER;
    List<Configuration.Member> members = leads ? core.configuration().members() : List.of();
    long[] known = new long[members.size() * 2];
    for (int i = 0; i < members.size(); i++) {
      long id = members.get(i).id();
      known[2 * i] = id;
      known[2 * i + 1] = id == core.self() ? core.durableIndex() : core.matchOf(id);
    }
    acknowledged = known;
  }

  /**
   * Makes visible where the core stands after a step, before anything of the step leaves this
   * member.
   *
   * @return who leads, if that has changed
   */
  @Nullable Leadership update(RoleView role) {
    updateReadable(role);
    Leadership before = status.leadership();
    Leadership now = before;
    boolean leads = role.kind() == RoleKind.LEADER;
    if (before.term() != role.term()
        || before.leader() != role.leader()
        || before.self() != leads) {
      now = new Leadership(role.term(), role.leader(), leads);
    }
    if (!now.equals(before)
        || status.committedIndex() != role.commit()
        || status.appliedIndex() != core.applied()) {
      if (!core.configuration().equals(told)) {
        told = core.configuration();
        toldConfiguration = ChangeFormat.fromCore(told);
      }
      status = new ConsensusStatus(now, role.commit(), core.applied(), toldConfiguration);
    }
    return now.equals(before) ? null : now;
  }

  /** Nothing may be read here any more without asking. */
  void close() {
    readable = Consensus.NO_INDEX;
  }

  private void updateReadable(RoleView role) {
    if (!role.ready()) {
      readableFrom = Consensus.NO_INDEX;
    } else if (readableFrom == Consensus.NO_INDEX) {
      readableFrom = role.commit();
    }
    if (!role.ready() || !core.configuration().isSoleVoter(core.self())) {
      readable = Consensus.NO_INDEX;
    } else if (core.applied() >= readableFrom) {
      // Alone, every answer was given by this member's state machine after it had published what
      // it answers, so whatever it has published is new enough. A learner, however, may have
      // answered for an entry that is committed but not applied here yet.
      readable = core.configuration().isAlone(core.self()) ? core.applied() : role.commit();
    }
  }
}
