// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel;

import io.cairn.kernel.apply.Attachments;
import io.cairn.kernel.apply.Compactor;
import io.cairn.kernel.apply.KeySpace;
import io.cairn.kernel.apply.Recovery;
import io.cairn.kernel.apply.ReplicatedState;
import io.cairn.kernel.cluster.MemberBook;
import io.cairn.kernel.index.KeyIndex;
import io.cairn.kernel.lease.LeaseBook;
import io.cairn.kernel.maintenance.AlarmBook;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.records.RecentLog;
import io.cairn.kernel.records.ValueCache;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.snapshot.StateTransfers;
import io.cairn.kernel.state.FlushLane;
import io.cairn.kernel.state.Published;
import io.cairn.kernel.state.ReadLanes;
import io.cairn.kernel.state.State;
import io.cairn.kernel.state.StateStore;
import io.cairn.kernel.state.StoreRetirement;
import io.cairn.kernel.state.StoredRecords;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import java.util.List;

/**
 * This member's copy of the replicated state: recovered from the engine, changed by what is
 * applied, carried to the engine, compacted, and exchanged with other members. What clients ask is
 * served from it, and none of its business.
 */
@ThreadSafe
final class Replica implements AutoCloseable {
  final LeaseBook leases = new LeaseBook();
  final MemberBook members = new MemberBook();
  final AlarmBook alarms = new AlarmBook();
  final Standing standing;
  final Published published;
  final StoredRecords records;
  final ReadLanes readLanes;
  final FlushLane flush;
  final Compactor compactor;
  final StateTransfers transfers;
  final ReplicatedState machine;
  final Lane background;

  private final ValueCache cache;
  private final StoreRetirement retirement;
  private final long recoveredFloor;

  /** Recovers what the engine of {@code parts} holds; see {@link Kernel#open}. */
  static Replica open(KernelOptions options, Kernel.Parts parts, Kernel.Environment environment) {
    KeyIndex index = new KeyIndex();
    ValueCache cache = new ValueCache(options.memory().cacheBytes());
    try {
      return new Replica(options, parts, environment, index, cache);
    } catch (RuntimeException e) {
      cache.close();
      index.close();
      throw e;
    }
  }

  private Replica(
      KernelOptions options,
      Kernel.Parts parts,
      Kernel.Environment environment,
      KeyIndex index,
      ValueCache cache) {
    Scheduler scheduler = environment.scheduler();
    this.cache = cache;
    this.readLanes = new ReadLanes(scheduler);
    ReplicatedState.Books books =
        new ReplicatedState.Books(leases, members, alarms, parts.access());
    Attachments attachments = new Attachments(leases);
    Recovery.Recovered recovered =
        new Recovery(
                parts.engine(),
                index,
                books,
                attachments,
                options.recoverOnLanes() ? readLanes.all() : List.of())
            .run();
    this.recoveredFloor = recovered.compactionFloor();

    RecentLog recent = new RecentLog(recovered.revision(), options.memory().recentBytes());
    State state =
        new State(
            recovered.revision(),
            recovered.appliedIndex(),
            recovered.appliedTerm(),
            recovered.compactionFloor(),
            recovered.index(),
            recent.published(),
            new StateStore(parts.engine(), index));
    this.published = new Published(state);
    this.standing = new Standing(options);
    this.records = new StoredRecords(published, cache);
    this.flush = new FlushLane(published, recent, cache, scheduler, options.flush());
    this.compactor = new Compactor(scheduler, flush, recovered.compacted());
    KeySpace keys =
        new KeySpace(
            index.writer(),
            recent,
            records,
            leases,
            attachments,
            recovered.revision(),
            recovered.compactionFloor());
    this.background = scheduler.lane("background");
    this.retirement = new StoreRetirement(scheduler, background);
    this.transfers =
        new StateTransfers(
            options.clusterId(),
            options.memberId(),
            published,
            parts.engines(),
            retirement,
            environment.log());
    this.machine =
        new ReplicatedState(
            recent,
            keys,
            books,
            standing,
            published,
            flush,
            compactor,
            environment.probe(),
            transfers);
  }

  /** Begins to free what an earlier life has left. Before consensus starts. */
  void start() {
    compactor.start(machine, recoveredFloor);
  }

  /** Compacts no further, and makes everything applied durable in the engine. */
  void stop() {
    compactor.stop();
    flush.close();
  }

  /** Gives everything back but the engine, when there is no kernel to be of it. */
  void discard() {
    cache.close();
    published.state().store().index().close();
  }

  /** Gives everything back. Nothing may be reading any more. */
  @Override
  public void close() {
    transfers.close();
    retirement.close();
    published.state().store().close();
    cache.close();
  }
}
