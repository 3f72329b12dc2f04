// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.conformance;

import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.CommittedEntry;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.consensus.SnapshotSink;
import io.cairn.spi.consensus.SnapshotSource;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.store.Bytes;
import java.util.List;

/** Stands between a right engine and its state machine, and is wrong in one way. */
final class WrongMachine implements StateMachine {
  private static final int EVERY = 7;

  private final Flaw flaw;
  private final StateMachine told;
  private long applied;

  WrongMachine(Flaw flaw, StateMachine told) {
    this.flaw = flaw;
    this.told = told;
  }

  @Override
  public AppliedPoint appliedPoint() {
    AppliedPoint point = told.appliedPoint();
    applied = point.index();
    return flaw == Flaw.C1_REPLAYS_WHAT_IS_APPLIED ? AppliedPoint.ZERO : point;
  }

  @Override
  public void apply(List<CommittedEntry> entries) {
    applied = entries.getLast().index();
    List<CommittedEntry> wrong = entries.stream().map(this::changed).toList();
    told.apply(wrong);
    if (flaw == Flaw.C3_IS_DROPPED_AFTER_IT_CAME_BACK) {
      for (CommittedEntry entry : wrong) {
        Proposal proposal = entry.proposal();
        if (proposal != null) {
          proposal.dropped(DropReason.TIMED_OUT);
        }
      }
    }
  }

  private CommittedEntry changed(CommittedEntry entry) {
    Proposal proposal = entry.proposal();
    Proposal original = proposal instanceof WrongConsensus.Misled misled ? misled.told() : null;
    boolean chosen = entry.index() % EVERY == 0;
    if (flaw == Flaw.C3_COMES_BACK_WITHOUT_ITS_OBJECT && chosen) {
      original = null;
    }
    Bytes payload =
        flaw == Flaw.C2_A_FOLLOWER_APPLIES_SOMETHING_ELSE && chosen && proposal == null
            ? Bytes.utf8(entry.payload().toUtf8() + "?")
            : entry.payload();
    return new CommittedEntry(entry.index(), entry.term(), payload, original);
  }

  @Override
  public boolean applyChange(CommittedEntry entry, ConfigurationChange change) {
    applied = entry.index();
    boolean accepted = told.applyChange(changed(entry), change);
    return accepted || flaw == Flaw.C8_REFUSED_CHANGES_TAKE_EFFECT;
  }

  @Override
  public void leadership(Leadership leadership) {
    told.leadership(leadership);
  }

  @Override
  public SnapshotSource sendSnapshot(Bytes resumeFrom) {
    return told.sendSnapshot(resumeFrom);
  }

  @Override
  public SnapshotSink receiveSnapshot() {
    return new WrongSink(flaw, told.receiveSnapshot());
  }

  @Override
  public long durableIndex() {
    return flaw == Flaw.C10_CUTS_WHAT_IS_APPLIED ? applied : told.durableIndex();
  }

  private static final class WrongSink implements SnapshotSink {
    private static final int CHOSEN = 5;

    private final Flaw flaw;
    private final SnapshotSink told;
    private int parts;

    WrongSink(Flaw flaw, SnapshotSink told) {
      this.flaw = flaw;
      this.told = told;
    }

    @Override
    public Bytes resumeFrom() {
      return told.resumeFrom();
    }

    @Override
    public void accept(Bytes part) {
      boolean chosen = ++parts == CHOSEN;
      if (chosen && flaw == Flaw.C13_A_PART_IS_LOST) {
        return;
      }
      if (chosen && flaw == Flaw.C13_A_PART_COMES_TWICE) {
        told.accept(part);
      }
      told.accept(
          chosen && flaw == Flaw.C14_A_PART_IS_CHANGED ? Bytes.utf8(part.toUtf8() + "?") : part);
    }

    @Override
    public AppliedPoint complete() {
      return told.complete();
    }

    @Override
    public void install() {
      told.install();
      if (flaw == Flaw.C15_INSTALLS_TWICE) {
        told.install();
      }
    }

    @Override
    public void close() {
      told.close();
    }
  }
}
