// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.cluster;

import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.CommittedEntry;
import io.cairn.spi.consensus.Configuration;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusStatus;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.consensus.SnapshotSink;
import io.cairn.spi.consensus.SnapshotSource;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A consensus engine with an observer between it and the state machine. */
@ThreadSafe
final class ObservedConsensus implements Consensus {
  private final Consensus consensus;
  private final SimulatedMember member;
  private final ClusterInvariants invariants;
  private final Reached reached;

  ObservedConsensus(Consensus consensus, SimulatedMember member, SimulatedCluster cluster) {
    this.consensus = consensus;
    this.member = member;
    this.invariants = cluster.invariants();
    this.reached = cluster.reached();
  }

  @Override
  public void start(StateMachine machine) {
    consensus.start(new ObservedMachine(machine));
  }

  @Override
  public void propose(Proposal proposal) {
    if (member.callingOperation() != 0) {
      invariants.proposed(member.callingOperation(), proposal.payload());
    }
    consensus.propose(proposal);
  }

  @Override
  public void proposeChange(ConfigurationChange change, Proposal proposal) {
    consensus.proposeChange(change, proposal);
  }

  @Override
  public CompletionStage<Long> readIndex() {
    return consensus.readIndex();
  }

  @Override
  public long tryReadIndex() {
    return consensus.tryReadIndex();
  }

  @Override
  public CompletionStage<Void> transferLeadership(long to) {
    return consensus.transferLeadership(to);
  }

  @Override
  public ConsensusStatus status() {
    return consensus.status();
  }

  @Override
  public long acknowledgedIndex(long other) {
    return consensus.acknowledgedIndex(other);
  }

  @Override
  public void stop() {
    consensus.stop();
  }

  private final class ObservedMachine implements StateMachine {
    private final StateMachine machine;
    private Configuration configuration = Configuration.EMPTY;

    ObservedMachine(StateMachine machine) {
      this.machine = machine;
    }

    @Override
    public AppliedPoint appliedPoint() {
      AppliedPoint point = machine.appliedPoint();
      member.appliedThrough(point.index());
      configuration = point.configuration();
      return point;
    }

    @Override
    public void apply(List<CommittedEntry> entries) {
      for (CommittedEntry entry : entries) {
        invariants.applies(member, entry, false);
        member.appliedThrough(entry.index());
      }
      machine.apply(entries);
      invariants.shows(member, member.kernel().published().state());
    }

    @Override
    public boolean applyChange(CommittedEntry entry, ConfigurationChange change) {
      invariants.applies(member, entry, true);
      member.appliedThrough(entry.index());
      boolean accepted = machine.applyChange(entry, change);
      reached.count(accepted ? "changes applied" : "changes refused at apply");
      if (accepted) {
        // Its own view of who takes part: what a start from here would begin with.
        configuration = after(configuration, change);
        invariants.changed(entry.index(), configuration);
      }
      invariants.shows(member, member.kernel().published().state());
      return accepted;
    }

    private static Configuration after(Configuration before, ConfigurationChange change) {
      List<Long> voters = new ArrayList<>(before.voters());
      List<Long> learners = new ArrayList<>(before.learners());
      switch (change.kind()) {
        case ADD_VOTER, PROMOTE -> {
          learners.remove(change.member());
          if (!voters.contains(change.member())) {
            voters.add(change.member());
          }
        }
        case ADD_LEARNER -> learners.add(change.member());
        case REMOVE -> {
          voters.remove(change.member());
          learners.remove(change.member());
        }
        case UPDATE -> {}
      }
      return new Configuration(voters, learners);
    }

    @Override
    public void leadership(Leadership leadership) {
      invariants.believes(member, leadership);
      machine.leadership(leadership);
    }

    @Override
    public SnapshotSource sendSnapshot(Bytes resumeFrom) {
      return machine.sendSnapshot(resumeFrom);
    }

    @Override
    public SnapshotSink receiveSnapshot() {
      SnapshotSink sink = machine.receiveSnapshot();
      member.receives();
      return new SnapshotSink() {
        private final long floor = invariants.highestFloor();
        private AppliedPoint point = AppliedPoint.ZERO;

        @Override
        public Bytes resumeFrom() {
          return sink.resumeFrom();
        }

        @Override
        public void accept(Bytes part) {
          sink.accept(part);
        }

        @Override
        public AppliedPoint complete() {
          point = sink.complete();
          return point;
        }

        @Override
        public void install() {
          sink.install();
          member.appliedThrough(point.index());
          reached.count("states installed");
          if (invariants.highestFloor() > floor) {
            reached.count("compactions during an install");
          }
          configuration = point.configuration();
          invariants.shows(member, member.kernel().published().state());
        }

        @Override
        public void close() {
          sink.close();
        }
      };
    }

    @Override
    public long durableIndex() {
      return machine.durableIndex();
    }
  }
}
