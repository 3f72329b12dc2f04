// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.fakes.FakeDisk;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.CommittedEntry;
import io.cairn.spi.consensus.Configuration;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.consensus.SnapshotSink;
import io.cairn.spi.consensus.SnapshotSource;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Remembers what it applies, and checks that it is durable and in order. */
final class TestMachine implements StateMachine {
  /** A command as text, and what became of it. */
  static final class Command implements Proposal {
    final String text;
    private final Bytes payload;
    long appliedAt;
    @Nullable DropReason dropped;

    Command(String text) {
      this.text = text;
      this.payload = Bytes.utf8(text);
    }

    @Override
    public Bytes payload() {
      return payload;
    }

    @Override
    public void dropped(DropReason reason) {
      if (dropped != null || appliedAt != 0) {
        throw new AssertionError(text + " is answered twice");
      }
      dropped = reason;
    }
  }

  private final FakeDisk disk;
  private final AppliedPoint start;
  private AppliedPoint point;
  long durable;
  final List<String> applied = new ArrayList<>();
  final List<Integer> batches = new ArrayList<>();
  final List<Leadership> leaderships = new ArrayList<>();

  TestMachine(FakeDisk disk, AppliedPoint start) {
    this.disk = disk;
    this.start = start;
    this.point = start;
  }

  @Override
  public AppliedPoint appliedPoint() {
    return start;
  }

  AppliedPoint point() {
    return point;
  }

  @Override
  public void apply(List<CommittedEntry> entries) {
    batches.add(entries.size());
    for (CommittedEntry entry : entries) {
      advance(entry, point.configuration());
      if (!entry.payload().isEmpty()) {
        applied.add(entry.payload().toUtf8());
      }
      answer(entry);
    }
  }

  @Override
  public boolean applyChange(CommittedEntry entry, ConfigurationChange change) {
    List<Long> voters = new ArrayList<>(point.configuration().voters());
    List<Long> learners = new ArrayList<>(point.configuration().learners());
    boolean accepted =
        switch (change.kind()) {
          case ADD_VOTER -> voters.add(change.member());
          case ADD_LEARNER -> learners.add(change.member());
          case PROMOTE -> learners.remove(change.member()) && voters.add(change.member());
          case REMOVE -> learners.remove(change.member()) || voters.remove(change.member());
          case UPDATE -> true;
        };
    advance(entry, new Configuration(voters, learners));
    applied.add(change.kind() + " " + change.member());
    answer(entry);
    return accepted;
  }

  @Override
  public void leadership(Leadership leadership) {
    leaderships.add(leadership);
  }

  @Override
  public SnapshotSource sendSnapshot(Bytes resumeFrom) {
    throw new UnsupportedOperationException("this machine sends no states; ClusterMachine does");
  }

  @Override
  public SnapshotSink receiveSnapshot() {
    throw new UnsupportedOperationException("this machine receives no states; ClusterMachine does");
  }

  @Override
  public long durableIndex() {
    return durable;
  }

  private void advance(CommittedEntry entry, Configuration configuration) {
    if (entry.index() != point.index() + 1) {
      throw new AssertionError("entry " + entry.index() + " after " + point.index());
    }
    if (disk.hasUnsynced()) {
      throw new AssertionError("entry " + entry.index() + " is applied before it is durable");
    }
    point = new AppliedPoint(entry.index(), entry.term(), configuration);
  }

  private static void answer(CommittedEntry entry) {
    if (entry.proposal() instanceof Command command) {
      if (command.appliedAt != 0 || command.dropped != null) {
        throw new AssertionError(command.text + " is answered twice");
      }
      command.appliedAt = entry.index();
    }
  }
}
