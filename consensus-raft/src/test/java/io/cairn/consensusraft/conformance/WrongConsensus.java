// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.conformance;

import io.cairn.conformancetests.consensus.Surroundings;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusOptions;
import io.cairn.spi.consensus.ConsensusStatus;
import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.store.Bytes;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A right engine that is wrong in one way, towards those who propose and ask. */
final class WrongConsensus implements Consensus {
  private final Flaw flaw;
  private final Consensus right;
  private @Nullable StateMachine machine;

  private WrongConsensus(Flaw flaw, Consensus right) {
    this.flaw = flaw;
    this.right = right;
  }

  /** A member with the flaw, wherever that has its place. */
  static Consensus member(Flaw flaw, ConsensusOptions options, Surroundings surroundings) {
    Surroundings wrong =
        new Surroundings(
            new WrongDisk(flaw, surroundings.disk()),
            surroundings.scheduler(),
            surroundings.time(),
            surroundings.rng(),
            surroundings.events(),
            surroundings.exit(),
            surroundings.network());
    return new WrongConsensus(flaw, new RaftFixture().member(bounded(flaw, options), wrong));
  }

  private static ConsensusOptions bounded(Flaw flaw, ConsensusOptions options) {
    return new ConsensusOptions(
        options.clusterId(),
        options.memberId(),
        options.incarnation(),
        options.boot(),
        options.bootstrap(),
        options.heartbeatMillis(),
        options.electionMillis(),
        options.preVote(),
        options.requestTimeoutMillis(),
        flaw == Flaw.C6_TAKES_ANY_SIZE ? Long.MAX_VALUE : options.waitingBytesMax(),
        flaw == Flaw.C6_TAKES_ANY_NUMBER ? Integer.MAX_VALUE : options.waitingProposalsMax(),
        options.leaderLeaseReads(),
        options.snapshotBytesPerSecondMax());
  }

  /** A proposal that is told something else than what became of it. */
  record Misled(Flaw flaw, Proposal told) implements Proposal {
    @Override
    public Bytes payload() {
      return told.payload();
    }

    @Override
    public void dropped(DropReason reason) {
      switch (reason) {
        case TIMED_OUT ->
            told.dropped(
                flaw == Flaw.C4_WHAT_TIMED_OUT_IS_CALLED_DROPPED ? DropReason.DROPPED : reason);
        case STOPPED -> {
          if (flaw != Flaw.C12_LEAVES_PROPOSERS_WAITING) {
            told.dropped(reason);
          }
        }
        case OVERLOADED, CHANGE_REFUSED, DROPPED, REPLACED, NO_LEADER -> told.dropped(reason);
      }
    }
  }

  /** The same command again, of which nobody hears. */
  private record Again(Bytes payload) implements Proposal {
    @Override
    public void dropped(DropReason reason) {
      // Nobody waits for it.
    }
  }

  @Override
  public void start(StateMachine given) {
    machine = given;
    right.start(new WrongMachine(flaw, given));
  }

  @Override
  public void propose(Proposal proposal) {
    if (flaw == Flaw.C5_DOES_NOT_WAIT_FOR_A_LEADER && status().leadership().leader() == 0) {
      proposal.dropped(DropReason.NO_LEADER);
      return;
    }
    StateMachine called = machine;
    if (flaw == Flaw.C9_CALLS_ON_THE_THREAD_OF_A_PROPOSER && called != null) {
      called.leadership(status().leadership());
    }
    right.propose(new Misled(flaw, proposal));
    if (flaw == Flaw.C3_IS_PROPOSED_TWICE) {
      right.propose(new Again(proposal.payload()));
    }
  }

  @Override
  public void proposeChange(ConfigurationChange change, Proposal proposal) {
    right.proposeChange(change, new Misled(flaw, proposal));
  }

  @Override
  public CompletionStage<Long> readIndex() {
    return flaw == Flaw.C7_READS_WHAT_IT_HAS
        ? CompletableFuture.completedStage(status().appliedIndex())
        : right.readIndex();
  }

  @Override
  public long tryReadIndex() {
    return flaw == Flaw.C7_READS_AT_ONCE_WITHOUT_ASKING
        ? status().appliedIndex()
        : right.tryReadIndex();
  }

  @Override
  public CompletionStage<Void> transferLeadership(long member) {
    return right.transferLeadership(member);
  }

  @Override
  public ConsensusStatus status() {
    return right.status();
  }

  @Override
  public long acknowledgedIndex(long member) {
    return right.acknowledgedIndex(member);
  }

  @Override
  public void stop() {
    if (flaw != Flaw.C12_GOES_ON_AFTER_STOP) {
      right.stop();
    }
  }
}
