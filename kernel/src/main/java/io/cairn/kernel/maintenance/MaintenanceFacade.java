// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import io.cairn.kernel.cluster.MemberBook;
import io.cairn.kernel.cluster.PeerHealth;
import io.cairn.kernel.command.Command;
import io.cairn.kernel.maintenance.Downgrades.Version;
import io.cairn.kernel.maintenance.HistoryHash.PinnedIndex;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.request.Answers;
import io.cairn.kernel.request.Callers;
import io.cairn.kernel.request.Proposer;
import io.cairn.kernel.request.ReadBarrier;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.state.FlushedEngine;
import io.cairn.kernel.state.Published;
import io.cairn.kernel.state.State;
import io.cairn.kernel.state.StateView;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusStatus;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageSize;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.BackupStream;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.MaintenanceService;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The maintenance service. Alarms and downgrades go through the log; everything else concerns this
 * member alone.
 */
@ThreadSafe
public final class MaintenanceFacade implements MaintenanceService {
  /**
   * What the facade stands on.
   *
   * @param background where the engine is read, sampled and asked for its size
   * @param reclaiming where the engine gives space back, which may take long
   */
  public record Parts(
      KernelOptions options,
      Standing standing,
      Published published,
      FlushedEngine flushed,
      Consensus consensus,
      Proposer proposer,
      ReadBarrier barrier,
      Callers callers,
      AlarmBook alarms,
      MemberBook members,
      PeerHealth health,
      EngineQuota quota,
      Lane background,
      Lane reclaiming,
      EventLog log) {}

  private final Parts parts;
  private final Standing standing;
  private final LongReads reads;
  private final Reclaiming reclaiming;
  private final LeaderTransfer transfer;

  /** Serves with {@code parts}. */
  public MaintenanceFacade(Parts parts) {
    this.parts = parts;
    this.standing = parts.standing();
    this.reads = new LongReads(parts.flushed(), parts.background(), parts.log());
    this.reclaiming =
        new Reclaiming(parts.flushed(), parts.reclaiming(), parts.quota()::refresh, parts.log());
    this.transfer = new LeaderTransfer(standing, parts.consensus(), parts.health(), parts.log());
  }

  /**
   * Ends hashes and backups. Completes when none of them has a view of the engine any more; the
   * background lane must run until then.
   */
  public CompletableFuture<Void> stop() {
    return reads.stop();
  }

  /** Gives leadership away before this member stops; completes at once if it does not lead. */
  public CompletionStage<Void> handOver() {
    return transfer.away();
  }

  @Override
  public CompletableFuture<Alarms> alarm(Caller caller, Alarm.Action action, Alarm alarm) {
    Reason refusal = standing.refuses(caller);
    if (refusal != null) {
      return Answers.refused(refusal);
    }
    boolean raisesUnknown = action == Alarm.Action.ACTIVATE && alarm.kind() == Alarm.Kind.UNKNOWN;
    if (action == Alarm.Action.UNKNOWN || raisesUnknown) {
      return Answers.refused(new Reason.UnknownAction());
    }
    return parts
        .callers()
        .identify(
            caller,
            identity ->
                parts.proposer().propose(new Command.AlarmCommand(action, alarm), identity));
  }

  @Override
  public CompletableFuture<Status> status(Caller caller) {
    Reason refusal = standing.refusesForLeader(caller);
    if (refusal != null) {
      return Answers.refused(refusal);
    }
    CompletableFuture<Status> answer = new CompletableFuture<>();
    parts.background().execute(() -> answerStatus(answer));
    return answer;
  }

  private void answerStatus(CompletableFuture<Status> answer) {
    StorageSize size;
    try {
      size = parts.flushed().engine().size();
    } catch (StorageException e) {
      answer.completeExceptionally(Answers.unwrapped(e));
      return;
    }
    ConsensusStatus consensus = parts.consensus().status();
    State state = parts.published().state();
    answer.complete(
        new Status(
            standing.header(state.revision()),
            size.allocatedBytes(),
            size.inUseBytes(),
            parts.options().effectiveQuotaBytes(),
            standing.leadership().leader(),
            consensus.committedIndex(),
            state.appliedIndex(),
            standing.isLearner(),
            parts.members().membership().downgradeTarget(),
            parts.alarms().list(Alarm.Kind.NONE)));
  }

  @Override
  public CompletableFuture<Void> defragment(Caller caller) {
    return administer(caller, reclaiming::reclaim);
  }

  @Override
  public CompletableFuture<Hash> hash(Caller caller) {
    return administer(
        caller,
        () ->
            Answers.then(
                reads.read(caller.call(), ContentHash::new),
                hash -> CompletableFuture.completedFuture(new Hash(header(), hash))));
  }

  @Override
  public CompletableFuture<KvHash> hashKv(Caller caller, long revision) {
    return administer(caller, () -> hashKvAt(caller, revision));
  }

  private CompletableFuture<KvHash> hashKvAt(Caller caller, long revision) {
    State state = parts.published().state();
    if (revision < 0) {
      return CompletableFuture.completedFuture(
          answer(HistoryHash.ofNothing(state.compactionFloor(), revision)));
    }
    if (revision > state.revision()) {
      return Answers.refused(new Reason.FutureRevision());
    }
    if (revision > 0 && revision < state.compactionFloor()) {
      return Answers.refused(new Reason.Compacted(state.compactionFloor()));
    }
    return Answers.then(
        reads.read(caller.call(), view -> HistoryHash.open(view, this::pin, revision)),
        outcome -> CompletableFuture.completedFuture(answer(outcome)));
  }

  private KvHash answer(HistoryHash.Outcome outcome) {
    return new KvHash(header(), outcome.hash(), outcome.compactRevision(), outcome.hashRevision());
  }

  private PinnedIndex pin() {
    StateView view = StateView.pin(parts.published());
    return new PinnedIndex(view.keys(), view.state().compactionFloor());
  }

  @Override
  public CompletableFuture<BackupStream> backup(Caller caller) {
    Reason refusal = standing.refusesForLeader(caller);
    return refusal != null
        ? Answers.refused(refusal)
        : parts.callers().administer(caller, () -> reads.backup(caller.call()));
  }

  @Override
  public CompletableFuture<Void> moveLeader(Caller caller, long target) {
    return administer(caller, () -> transfer.to(target, caller.call()));
  }

  @Override
  public CompletableFuture<Downgrade> downgrade(
      Caller caller, DowngradeAction action, String version) {
    return administer(
        caller,
        () ->
            switch (action) {
              case VALIDATE -> validated(version, this::downgraded);
              case ENABLE -> validated(version, target -> prepare(target.text() + ".0"));
              case CANCEL -> prepare("");
              case UNKNOWN -> Answers.refused(new Reason.UnknownAction());
            });
  }

  private CompletableFuture<Downgrade> validated(
      String text, Function<Version, CompletableFuture<Downgrade>> next) {
    Version target = Downgrades.parse(text).orElse(null);
    if (target == null) {
      return Answers.refused(new Reason.DowngradeVersionMalformed());
    }
    if (parts.members().membership().clusterVersion().isEmpty()) {
      return Answers.refused(new Reason.ClusterVersionUnknown());
    }
    return Answers.then(
        parts.barrier().pass(),
        state -> {
          Reason refusal = Downgrades.refuses(parts.members().membership(), target);
          return refusal != null ? Answers.refused(refusal) : next.apply(target);
        });
  }

  private CompletableFuture<Downgrade> prepare(String target) {
    return Answers.then(
        parts.proposer().propose(new Command.DowngradeInfo(target)), done -> downgraded(target));
  }

  private CompletableFuture<Downgrade> downgraded(Object done) {
    String version = parts.members().membership().clusterVersion();
    return CompletableFuture.completedFuture(
        new Downgrade(header(), Downgrades.parse(version).map(Version::text).orElse("")));
  }

  private ResponseHeader header() {
    return standing.header(parts.published().state().revision());
  }

  private <R> CompletableFuture<R> administer(
      Caller caller, Supplier<CompletableFuture<R>> action) {
    Reason refusal = standing.refuses(caller);
    return refusal != null ? Answers.refused(refusal) : parts.callers().administer(caller, action);
  }
}
