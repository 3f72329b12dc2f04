// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.parts;

import io.cairn.conformancetests.consensus.ConsensusFixture;
import io.cairn.consensusraft.runtime.CoreObserver;
import io.cairn.consensusraft.runtime.RaftConsensus;
import io.cairn.consensusraft.runtime.RaftSizes;
import io.cairn.consensusraft.wal.WalOptions;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusStatus;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.environment.ThreadSafe;
import java.util.concurrent.CompletionStage;

/** Cairn's Raft with sizes that are drawn, and all that it offers beside its contract. */
@ThreadSafe
final class SimulatedRaft implements Consensus, KnownLog, CoreInside {
  private final RaftConsensus raft;

  private SimulatedRaft(RaftConsensus raft) {
    this.raft = raft;
  }

  static ConsensusFixture fixture(Knobs knobs) {
    RaftSizes sizes =
        new RaftSizes(
            new WalOptions(RaftConsensus.DIRECTORY, knobs.segmentBytes(), 1),
            knobs.entriesForOthers(),
            knobs.windowBytes(),
            knobs.appendBytes(),
            knobs.inflight());
    return (options, surroundings) ->
        new SimulatedRaft(
            new RaftConsensus(
                options,
                sizes,
                surroundings.disk(),
                surroundings.scheduler(),
                surroundings.time(),
                surroundings.rng(),
                surroundings.events(),
                surroundings.exit(),
                surroundings.network()));
  }

  @Override
  public String logDirectory() {
    return RaftConsensus.DIRECTORY;
  }

  @Override
  public long cutIndex() {
    return raft.cutIndex();
  }

  @Override
  public void observe(CoreObserver observer) {
    raft.observe(observer);
  }

  @Override
  public void start(StateMachine machine) {
    raft.start(machine);
  }

  @Override
  public void propose(Proposal proposal) {
    raft.propose(proposal);
  }

  @Override
  public void proposeChange(ConfigurationChange change, Proposal proposal) {
    raft.proposeChange(change, proposal);
  }

  @Override
  public CompletionStage<Long> readIndex() {
    return raft.readIndex();
  }

  @Override
  public long tryReadIndex() {
    return raft.tryReadIndex();
  }

  @Override
  public CompletionStage<Void> transferLeadership(long member) {
    return raft.transferLeadership(member);
  }

  @Override
  public ConsensusStatus status() {
    return raft.status();
  }

  @Override
  public long acknowledgedIndex(long member) {
    return raft.acknowledgedIndex(member);
  }

  @Override
  public void stop() {
    raft.stop();
  }
}
