// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.virtual;

import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.CommittedEntry;
import io.cairn.spi.consensus.Configuration;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.consensus.ConsensusStatus;
import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The consensus of a cluster of one without a disk: every proposal is committed at once and applied
 * on the proposer's thread, or, while {@link #hold} is on, when the test says so, as one batch. Its
 * log can be given to another life of the member.
 */
public final class InlineConsensus implements Consensus {
  /** What a life has committed. */
  public record Entry(long index, long term, Bytes payload, @Nullable ConfigurationChange change) {}

  private final List<Entry> log = new ArrayList<>();
  private final List<CommittedEntry> held = new ArrayList<>();
  private final Map<Long, Long> acknowledged = new TreeMap<>();
  private final long memberId;
  private long term;
  private boolean hold;
  private boolean stopped;
  private @Nullable DropReason dropping;
  private @Nullable DropReason droppingChanges;
  private @Nullable StateMachine machine;

  /** Goes on from what an earlier life committed, none for the first. */
  public InlineConsensus(long memberId, List<Entry> log) {
    this.memberId = memberId;
    this.log.addAll(log);
    this.term = log.isEmpty() ? 1 : log.getLast().term() + 1;
  }

  /** Everything committed. */
  public synchronized List<Entry> log() {
    return List.copyOf(log);
  }

  /** Keeps committed entries from being applied until it is turned off. */
  public synchronized void hold(boolean on) {
    hold = on;
    if (!on) {
      applyHeld();
    }
  }

  /** Drops every proposal from now on, null for none. */
  public synchronized void drop(@Nullable DropReason reason) {
    dropping = reason;
  }

  /** Drops every change of the members from now on, null for none. */
  public synchronized void dropChanges(@Nullable DropReason reason) {
    droppingChanges = reason;
  }

  /** Says that nobody, or this member again, leads. */
  public synchronized void leads(boolean self) {
    machine()
        .leadership(self ? new Leadership(term, memberId, true) : new Leadership(term, 0, false));
  }

  /** Says that another member leads. */
  public synchronized void follow(long leader) {
    machine().leadership(new Leadership(++term, leader, false));
  }

  /** Says what a member holds. */
  public synchronized void acknowledge(long member, long index) {
    acknowledged.put(member, index);
  }

  @Override
  public synchronized void start(StateMachine machine) {
    this.machine = machine;
    long applied = machine.appliedPoint().index();
    for (Entry entry : log) {
      if (entry.index() <= applied) {
        continue;
      }
      CommittedEntry committed =
          new CommittedEntry(entry.index(), entry.term(), entry.payload(), null);
      if (entry.change() != null) {
        machine.applyChange(committed, entry.change());
      } else {
        machine.apply(List.of(committed));
      }
    }
    machine.leadership(new Leadership(term, memberId, true));
    commit(Bytes.EMPTY, null);
  }

  @Override
  public synchronized void propose(Proposal proposal) {
    if (stopped) {
      proposal.dropped(DropReason.STOPPED);
    } else if (dropping != null) {
      proposal.dropped(dropping);
    } else {
      commit(proposal.payload(), proposal);
    }
  }

  /** Commits what some other member is taken to have proposed. */
  public synchronized void commit(Bytes payload) {
    commit(payload, null);
  }

  private void commit(Bytes payload, @Nullable Proposal proposal) {
    long index = log.size() + 1L;
    log.add(new Entry(index, term, payload, null));
    held.add(new CommittedEntry(index, term, payload, proposal));
    if (!hold) {
      applyHeld();
    }
  }

  private void applyHeld() {
    List<CommittedEntry> batch = List.copyOf(held);
    held.clear();
    if (!batch.isEmpty()) {
      machine().apply(batch);
    }
  }

  @Override
  public synchronized void proposeChange(ConfigurationChange change, Proposal proposal) {
    if (droppingChanges != null) {
      proposal.dropped(droppingChanges);
      return;
    }
    long index = log.size() + 1L;
    log.add(new Entry(index, term, Bytes.EMPTY, change));
    applyHeld();
    machine().applyChange(new CommittedEntry(index, term, Bytes.EMPTY, proposal), change);
  }

  @Override
  public synchronized CompletionStage<Long> readIndex() {
    return stopped
        ? CompletableFuture.failedFuture(
            new ConsensusException(ConsensusException.Kind.STOPPED, "the test has stopped it"))
        : CompletableFuture.completedFuture((long) log.size());
  }

  @Override
  public synchronized long tryReadIndex() {
    return stopped ? NO_INDEX : log.size();
  }

  @Override
  public CompletionStage<Void> transferLeadership(long member) {
    return CompletableFuture.failedFuture(
        new ConsensusException(
            ConsensusException.Kind.TRANSFER_REFUSED, "there is nobody else to lead"));
  }

  @Override
  public synchronized long acknowledgedIndex(long member) {
    return acknowledged.getOrDefault(member, 0L);
  }

  @Override
  public synchronized ConsensusStatus status() {
    AppliedPoint applied = machine().appliedPoint();
    // Most tests have no entry that founds a cluster; there is always this member.
    Configuration members =
        applied.configuration().equals(Configuration.EMPTY)
            ? new Configuration(List.of(memberId), List.of())
            : applied.configuration();
    return new ConsensusStatus(
        new Leadership(term, memberId, true), log.size(), applied.index(), members);
  }

  @Override
  public synchronized void stop() {
    stopped = true;
  }

  private StateMachine machine() {
    if (machine == null) {
      throw new IllegalStateException("start comes first");
    }
    return machine;
  }
}
