// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.parts;

import io.cairn.conformancetests.consensus.Surroundings;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.CommittedEntry;
import io.cairn.spi.consensus.Configuration;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.consensus.ConsensusOptions;
import io.cairn.spi.consensus.ConsensusStatus;
import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Agrees with nobody but itself: whatever is in its log is committed. It shares no code with Raft.
 * Everything happens on one lane; a term is a life of the process.
 */
@ThreadSafe
final class LoneConsensus implements Consensus {
  private final ConsensusOptions options;
  private final Surroundings surroundings;
  private final Lane lane;
  private final List<Proposal> waiting = new ArrayList<>();
  private boolean stopped;
  private @Nullable LoneLog log;
  private @Nullable StateMachine machine;
  private ConsensusStatus status = new ConsensusStatus(Leadership.NONE, 0, 0, Configuration.EMPTY);

  LoneConsensus(ConsensusOptions options, Surroundings surroundings) {
    this.options = options;
    this.surroundings = surroundings;
    this.lane = surroundings.scheduler().lane("lone");
  }

  @Override
  public void start(StateMachine toFeed) {
    try {
      LoneLog opened = LoneLog.open(surroundings.disk());
      long term = opened.lastTerm() + 1;
      if (opened.size() == 0) {
        options.bootstrap().forEach(change -> opened.add(new LoneLog.Item(1, change, null)));
        term = 2;
      }
      opened.add(new LoneLog.Item(term, null, Bytes.EMPTY));
      opened.sync();
      log = opened;
      machine = toFeed;
      Leadership self = new Leadership(term, options.memberId(), true);
      AppliedPoint point = toFeed.appliedPoint();
      status = new ConsensusStatus(self, opened.size(), point.index(), point.configuration());
      lane.execute(() -> lead(toFeed, self));
    } catch (IOException e) {
      throw new ConsensusException(ConsensusException.Kind.LOG, "cannot open the log: " + e, e);
    }
  }

  private void lead(StateMachine fed, Leadership self) {
    fed.leadership(self);
    apply(new ArrayList<>());
    lane.execute(this::drain);
  }

  /** Applies what is in the log; the last entries are those of {@code proposals}. */
  private void apply(List<Proposal> proposals) {
    LoneLog entries = log;
    StateMachine fed = machine;
    if (entries == null || fed == null) {
      throw new IllegalStateException("not started");
    }
    long proposedFrom = entries.size() - proposals.size() + 1;
    for (long index = status.appliedIndex() + 1; index <= entries.size(); index++) {
      LoneLog.Item entry = entries.get(index);
      Proposal own = index < proposedFrom ? null : proposals.get((int) (index - proposedFrom));
      ConfigurationChange change = entry.change();
      Configuration configuration = status.configuration();
      status = at(entries.size(), index - 1, configuration);
      if (change == null) {
        fed.apply(List.of(new CommittedEntry(index, entry.term(), entry.requirePayload(), own)));
      } else if (fed.applyChange(
          new CommittedEntry(index, entry.term(), LoneLog.encode(change), own), change)) {
        configuration = new Configuration(List.of(change.member()), List.of());
      }
      status = at(entries.size(), index, configuration);
    }
  }

  private ConsensusStatus at(long committed, long applied, Configuration configuration) {
    return new ConsensusStatus(status.leadership(), committed, applied, configuration);
  }

  @Override
  public void propose(Proposal proposal) {
    if (stopped) {
      proposal.dropped(DropReason.STOPPED);
    } else if (waiting.size() == options.waitingProposalsMax()) {
      proposal.dropped(DropReason.OVERLOADED);
    } else {
      waiting.add(proposal);
      lane.execute(this::drain);
    }
  }

  private void drain() {
    LoneLog entries = log;
    if (waiting.isEmpty() || entries == null || status.leadership().term() == 0) {
      return;
    }
    List<Proposal> taken = List.copyOf(waiting);
    waiting.clear();
    for (Proposal proposal : taken) {
      entries.add(new LoneLog.Item(status.leadership().term(), null, proposal.payload()));
    }
    try {
      entries.sync();
    } catch (IOException e) {
      throw surroundings.exit().fail("the log cannot be written", e);
    }
    apply(taken);
  }

  /** It stays alone. */
  @Override
  public void proposeChange(ConfigurationChange change, Proposal proposal) {
    proposal.dropped(DropReason.CHANGE_REFUSED);
  }

  @Override
  public CompletionStage<Long> readIndex() {
    CompletableFuture<Long> index = new CompletableFuture<>();
    lane.execute(() -> index.complete(status.committedIndex()));
    return index;
  }

  @Override
  public long tryReadIndex() {
    return log == null ? NO_INDEX : status.committedIndex();
  }

  @Override
  public CompletionStage<Void> transferLeadership(long member) {
    return member == options.memberId()
        ? CompletableFuture.completedFuture(null)
        : CompletableFuture.failedFuture(
            new ConsensusException(
                ConsensusException.Kind.TRANSFER_REFUSED, "there is nobody else"));
  }

  @Override
  public ConsensusStatus status() {
    return status;
  }

  @Override
  public long acknowledgedIndex(long member) {
    return member == options.memberId() ? status.committedIndex() : 0;
  }

  @Override
  public void stop() {
    stopped = true;
    waiting.forEach(proposal -> proposal.dropped(DropReason.STOPPED));
    waiting.clear();
  }
}
