// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.parts;

import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusStatus;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.environment.ThreadSafe;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A consensus that lets anybody read what it has, whether that is the newest or not (C7). */
@ThreadSafe
final class HastyReads implements Consensus, KnownLog {
  private final Consensus consensus;
  private final KnownLog log;

  HastyReads(Consensus consensus) {
    this.consensus = consensus;
    this.log = (KnownLog) consensus;
  }

  @Override
  public CompletionStage<Long> readIndex() {
    return CompletableFuture.completedFuture(tryReadIndex());
  }

  @Override
  public long tryReadIndex() {
    return consensus.status().appliedIndex();
  }

  @Override
  public String logDirectory() {
    return log.logDirectory();
  }

  @Override
  public long cutIndex() {
    return log.cutIndex();
  }

  @Override
  public void start(StateMachine machine) {
    consensus.start(machine);
  }

  @Override
  public void propose(Proposal proposal) {
    consensus.propose(proposal);
  }

  @Override
  public void proposeChange(ConfigurationChange change, Proposal proposal) {
    consensus.proposeChange(change, proposal);
  }

  @Override
  public CompletionStage<Void> transferLeadership(long member) {
    return consensus.transferLeadership(member);
  }

  @Override
  public ConsensusStatus status() {
    return consensus.status();
  }

  @Override
  public long acknowledgedIndex(long member) {
    return consensus.acknowledgedIndex(member);
  }

  @Override
  public void stop() {
    consensus.stop();
  }
}
