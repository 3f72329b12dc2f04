// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel;

import io.cairn.kernel.access.AuthFacade;
import io.cairn.kernel.cluster.ClusterFacade;
import io.cairn.kernel.cluster.MemberBook;
import io.cairn.kernel.cluster.NetworkHealth;
import io.cairn.kernel.cluster.Participation;
import io.cairn.kernel.cluster.PeerHealth;
import io.cairn.kernel.directory.EngineHome;
import io.cairn.kernel.kv.KvFacade;
import io.cairn.kernel.lease.LeaseBook;
import io.cairn.kernel.lease.LeaseFacade;
import io.cairn.kernel.maintenance.AutoCompaction;
import io.cairn.kernel.maintenance.EngineQuota;
import io.cairn.kernel.maintenance.MaintenanceFacade;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.peer.PeerAnswer;
import io.cairn.kernel.peer.PeerCalls;
import io.cairn.kernel.peer.PeerRequest;
import io.cairn.kernel.request.Callers;
import io.cairn.kernel.request.ConsensusProposer;
import io.cairn.kernel.request.Proposer;
import io.cairn.kernel.request.ReadBarrier;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.request.Suspicion;
import io.cairn.kernel.snapshot.StateTransfers;
import io.cairn.kernel.state.FlushLane;
import io.cairn.kernel.state.Published;
import io.cairn.kernel.watch.WatchFacade;
import io.cairn.kernel.watch.WatchOptions;
import io.cairn.spi.auth.AccessControl;
import io.cairn.spi.auth.Authenticator;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Probe;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.store.AuthService;
import io.cairn.spi.store.ClusterService;
import io.cairn.spi.store.KvService;
import io.cairn.spi.store.LeaseService;
import io.cairn.spi.store.MaintenanceService;
import io.cairn.spi.store.StoreService;
import io.cairn.spi.store.WatchService;
import java.util.concurrent.CompletionStage;

/**
 * One member's store, put together from its parts.
 *
 * <p>{@link #open} recovers what the engine holds; {@link #start} lets consensus go on from there.
 * Then the facets serve. {@link #stop} ends that and makes durable what was applied; {@link #close}
 * gives memory and engine back and comes after the lanes of the environment have ended, since reads
 * may be under way on them.
 */
@ThreadSafe
public final class Kernel implements StoreService, AutoCloseable {
  /** What surrounds a kernel. */
  public record Environment(
      Scheduler scheduler, TimeSource time, Rng rng, EventLog log, Probe probe) {}

  /**
   * What a kernel is made of.
   *
   * @param engine opened with the tables of {@link io.cairn.kernel.state.Tables#ALL}; belongs to
   *     the kernel from now on
   * @param engines where the next engine is opened when a state comes from another member
   * @param consensus not started yet
   * @param network to the other members; {@link io.cairn.kernel.peer.NoPeers} if there never will
   *     be any. Nobody can have asked anything yet
   * @param access access control, not loaded yet
   * @param authenticator who finds out who callers are while access control is on
   */
  public record Parts(
      StorageEngine engine,
      EngineHome engines,
      Consensus consensus,
      PeerNetwork network,
      AccessControl access,
      Authenticator authenticator) {}

  private final Replica replica;
  private final Consensus consensus;
  private final KvFacade kv;
  private final LeaseFacade lease;
  private final WatchFacade watch;
  private final AuthFacade auth;
  private final ClusterFacade cluster;
  private final MaintenanceFacade maintenance;
  private final Participation participation;
  private final AutoCompaction autoCompaction;

  /**
   * Recovers what the engine holds. May take as long as reading all of it.
   *
   * @throws io.cairn.spi.storage.StorageException if the engine fails or holds damaged records; the
   *     engine is the caller's again then
   * @throws IllegalStateException if the engine holds a layout that this version does not read
   */
  public static Kernel open(KernelOptions options, Parts parts, Environment environment) {
    Replica replica = Replica.open(options, parts, environment);
    try {
      return new Kernel(options, parts, environment, replica);
    } catch (RuntimeException e) {
      replica.discard();
      throw e;
    }
  }

  private Kernel(KernelOptions options, Parts parts, Environment environment, Replica replica) {
    this.replica = replica;
    this.consensus = parts.consensus();
    Scheduler scheduler = environment.scheduler();
    Lane background = replica.background;
    Published published = replica.published;
    Standing standing = replica.standing;
    Proposer proposer =
        new ConsensusProposer(
            options,
            consensus,
            published,
            new Suspicion(
                standing,
                consensus,
                parts.network(),
                environment.time(),
                options.requestTimeoutMillis()),
            environment.time());
    ReadBarrier barrier = new ReadBarrier(consensus, published);
    PeerHealth health = new NetworkHealth(parts.network(), consensus);
    PeerCalls calls = new PeerCalls(parts.network());
    Callers callers = new Callers(parts.access(), parts.authenticator());
    EngineQuota quota =
        new EngineQuota(
            options,
            replica.alarms,
            replica.flush.engine(),
            proposer,
            scheduler,
            background,
            environment.log());
    this.kv =
        new KvFacade(
            new KvFacade.Parts(
                options,
                standing,
                proposer,
                barrier,
                callers,
                quota,
                published,
                replica.records,
                replica.readLanes,
                replica.compactor,
                environment.log()));
    this.lease =
        new LeaseFacade(
            new LeaseFacade.Parts(
                options,
                replica.leases,
                published,
                standing,
                proposer,
                consensus,
                callers,
                quota,
                calls,
                scheduler,
                environment.time(),
                environment.probe()));
    this.watch =
        new WatchFacade(
            WatchOptions.of(options).withProgressMillis(options.watchProgressMillis()),
            published,
            replica.records,
            replica.flush,
            standing,
            callers,
            scheduler,
            // Only spreads timers, so it need not be unpredictable.
            environment.rng().split("watch"));
    this.auth = new AuthFacade(standing, published, parts.access());
    this.cluster =
        new ClusterFacade(
            new ClusterFacade.Parts(
                options,
                standing,
                published,
                consensus,
                proposer,
                barrier,
                callers,
                replica.members,
                health,
                calls,
                scheduler,
                background,
                environment.time()));
    this.maintenance =
        new MaintenanceFacade(
            new MaintenanceFacade.Parts(
                options,
                standing,
                published,
                replica.flush,
                consensus,
                proposer,
                barrier,
                callers,
                replica.alarms,
                replica.members,
                health,
                quota,
                background,
                scheduler.lane("reclaim"),
                environment.log()));
    this.participation =
        new Participation(
            new Participation.Parts(
                options,
                replica.members,
                standing,
                proposer,
                parts.network(),
                scheduler,
                background,
                environment.log()));
    calls.serve(this::answer);
    this.autoCompaction =
        new AutoCompaction(
            options.retention(),
            published,
            standing,
            proposer,
            scheduler,
            environment.time(),
            background,
            environment.log());
  }

  /**
   * Lets consensus recover its log and begin; entries may be applied before the call returns.
   *
   * @return completes, on a lane, when the cluster has been told about this member: the sign that
   *     it can serve
   */
  public CompletionStage<Void> start() {
    replica.start();
    participation.prepare();
    consensus.start(replica.machine);
    lease.start();
    watch.start();
    autoCompaction.start();
    return participation.start();
  }

  /**
   * Lets another member lead before this one stops. Completes, perhaps on a lane, when one does, or
   * at once if this member does not lead; fails if nobody takes over in time.
   */
  public CompletionStage<Void> handOver() {
    return maintenance.handOver();
  }

  /** Completes, on a lane, when this member turns out to have been removed and has to stop. */
  public CompletionStage<Void> departed() {
    return participation.departed();
  }

  private CompletionStage<PeerAnswer> answer(PeerRequest request) {
    return switch (request) {
      case PeerRequest.KeepAlive keepAlive -> lease.answer(keepAlive);
      case PeerRequest.TimeToLive question -> lease.answer(question);
      case PeerRequest.Promote promotion -> cluster.answer(promotion);
    };
  }

  /** Ends taking part, and makes everything applied durable in the engine. */
  public void stop() {
    participation.stop();
    autoCompaction.stop();
    cluster.stop();
    consensus.stop();
    watch.close();
    lease.close();
    // What reads long lets go of the engine on the background lane, which ends before close().
    var _ = maintenance.stop();
    replica.stop();
  }

  /** Gives everything back. Nothing may be reading any more. */
  @Override
  public void close() {
    replica.close();
  }

  @Override
  public KvService kv() {
    return kv;
  }

  @Override
  public WatchService watch() {
    return watch;
  }

  @Override
  public LeaseService lease() {
    return lease;
  }

  @Override
  public ClusterService cluster() {
    return cluster;
  }

  @Override
  public MaintenanceService maintenance() {
    return maintenance;
  }

  @Override
  public AuthService auth() {
    return auth;
  }

  /** What has been applied, for gauges and tests. */
  public Published published() {
    return replica.published;
  }

  /** How this member stands in its cluster. */
  public Standing standing() {
    return replica.standing;
  }

  /** The leases that this member knows. */
  public LeaseBook leases() {
    return replica.leases;
  }

  /** The members that this member knows. */
  public MemberBook members() {
    return replica.members;
  }

  /** States on their way to and from other members. */
  public StateTransfers transfers() {
    return replica.transfers;
  }

  /** The engine and how far it has come. */
  public FlushLane flushLane() {
    return replica.flush;
  }
}
