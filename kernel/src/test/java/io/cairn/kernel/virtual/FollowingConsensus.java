// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.virtual;

import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.CommittedEntry;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.consensus.ConsensusStatus;
import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.consensus.StateMachine;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The consensus of a member that follows: it applies what the test takes from a leader's log. */
public final class FollowingConsensus implements Consensus {
  private final long leader;
  private @Nullable StateMachine machine;

  /** A member that follows {@code leader}. */
  public FollowingConsensus(long leader) {
    this.leader = leader;
  }

  /** The state machine. */
  public StateMachine machine() {
    if (machine == null) {
      throw new IllegalStateException("start comes first");
    }
    return machine;
  }

  /** Applies the entries of {@code log} up to {@code index} that are not applied yet. */
  public void follow(List<InlineConsensus.Entry> log, long index) {
    long applied = machine().appliedPoint().index();
    for (InlineConsensus.Entry entry : log) {
      if (entry.index() > applied && entry.index() <= index) {
        CommittedEntry committed =
            new CommittedEntry(entry.index(), entry.term(), entry.payload(), null);
        if (entry.change() != null) {
          machine().applyChange(committed, entry.change());
        } else {
          machine().apply(List.of(committed));
        }
      }
    }
  }

  @Override
  public void start(StateMachine machine) {
    this.machine = machine;
    machine.leadership(new Leadership(1, leader, false));
  }

  @Override
  public void propose(Proposal proposal) {
    proposal.dropped(DropReason.TIMED_OUT);
  }

  @Override
  public void proposeChange(ConfigurationChange change, Proposal proposal) {
    proposal.dropped(DropReason.TIMED_OUT);
  }

  @Override
  public CompletionStage<Long> readIndex() {
    return CompletableFuture.completedFuture(machine().appliedPoint().index());
  }

  @Override
  public long tryReadIndex() {
    return NO_INDEX;
  }

  @Override
  public CompletionStage<Void> transferLeadership(long member) {
    return CompletableFuture.failedFuture(
        new ConsensusException(ConsensusException.Kind.TRANSFER_REFUSED, "it does not lead"));
  }

  @Override
  public ConsensusStatus status() {
    AppliedPoint applied = machine().appliedPoint();
    return new ConsensusStatus(
        new Leadership(1, leader, false),
        applied.index(),
        applied.index(),
        applied.configuration());
  }

  @Override
  public long acknowledgedIndex(long member) {
    return 0;
  }

  @Override
  public void stop() {
    // Nothing is under way.
  }
}
