// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects.RoleKind;
import io.cairn.consensusraft.core.Effects.RoleView;
import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.spi.consensus.ConsensusOptions;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.network.PeerNetwork;
import java.util.List;

/**
 * Lets the first election of a life begin sooner.
 *
 * <p>A member that comes up waits one to two election timeouts for a leader. Once it is connected
 * with a majority, most of that is of no use: a leader among them would be heard within a
 * heartbeat. So what is left of the shortest timeout at that moment is passed over but for two
 * ticks, as in etcd; once in a life, since later elections follow a leader that was there, who must
 * not be mistaken for dead. The random part of the timeout stays, so that members which come up
 * together do not campaign together.
 *
 * <p>Not where leaders answer reads on the strength of a lease ({@link LeaderLease}): the member
 * may have confirmed one just before it ended, and must neither vote nor campaign until that is
 * over.
 */
@OnLane("raft")
final class HeadStart {
  /** What is left for the first sign of a leader. */
  private static final int TICKS_LEFT = 2;

  private final RaftCore core;

  /** After how many ticks of silence there are {@link #TICKS_LEFT} of the shortest timeout. */
  private final int silentTicks;

  private final PeerNetwork network;
  private final EventLog events;
  private boolean over;

  private HeadStart(RaftCore core, int silentTicks, PeerNetwork network, EventLog events) {
    this.core = core;
    this.silentTicks = silentTicks;
    this.network = network;
    this.events = events;
    this.over = silentTicks <= 0;
  }

  /** That of a member whose shortest election timeout is {@code electionTicks}. */
  static HeadStart of(
      RaftCore core,
      int electionTicks,
      ConsensusOptions options,
      PeerNetwork network,
      EventLog events) {
    boolean hastens = options.hastensFirstElection() && !options.leaderLeaseReads();
    int silentTicks = hastens ? electionTicks - TICKS_LEFT : 0;
    return new HeadStart(core, silentTicks, network, events);
  }

  /**
   * Looks whether the time has come, and adds the ticks to pass over to {@code inputs}, which hold
   * the one that has just passed.
   */
  void tick(List<Input> inputs) {
    if (over) {
      return;
    }
    RoleView role = core.role();
    if (role.leader() != 0) {
      over = true;
    } else if (role.kind() != RoleKind.LEADER && reachesMajority()) {
      over = true;
      passOver(silentTicks - (core.ticksOfSilence() + 1), inputs);
    }
  }

  /** None if so much of the timeout has gone by already that it is as short as it may be. */
  private void passOver(int ticks, List<Input> inputs) {
    if (ticks <= 0) {
      return;
    }
    events.info(
        "initialized peer connections; fast-forwarding election ticks",
        field("local-member-id", Long.toHexString(core.self())),
        field("forward-ticks", ticks));
    for (int i = 0; i < ticks; i++) {
      inputs.add(new Input.Tick());
    }
  }

  private boolean reachesMajority() {
    Configuration members = core.configuration();
    if (!members.isVoter(core.self())) {
      return false;
    }
    int reached = 1;
    for (int i = 0; i < members.voterCount(); i++) {
      long voter = members.voter(i);
      if (voter != core.self() && network.connectedNanos(voter) != PeerNetwork.DISCONNECTED) {
        reached++;
      }
    }
    return reached >= members.quorum();
  }
}
