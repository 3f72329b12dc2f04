// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.cluster;

import io.cairn.conformancetests.consensus.Surroundings;
import io.cairn.kernel.Kernel;
import io.cairn.kernel.directory.EngineFolders;
import io.cairn.kernel.directory.MemberIdentity;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.simulator.environment.MemberLife;
import io.cairn.simulator.parts.CoreInside;
import io.cairn.simulator.parts.Knobs;
import io.cairn.simulator.parts.KnownLog;
import io.cairn.spi.auth.AccessControl;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusOptions;
import io.cairn.spi.environment.Probe;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.store.Member;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The parts of one process, put together as a server does, with observers between them.
 *
 * @param kernel open, not started
 * @param consensus the one that the kernel has
 * @param log what is known of the log of the consensus, if it says
 */
record SimulatedServer(Kernel kernel, Consensus consensus, List<KnownLog> log) {
  private static final int MAX_REQUEST_BYTES = 4_000;
  private static final int TXN_OPERATIONS_MAX = 128;
  private static final long WAITING_BYTES_MAX = 1 << 20;
  private static final int WAITING_MAX = 1000;

  /**
   * What a member brings into a life.
   *
   * @param identity what its directory says
   * @param told the members that its operator has told it of
   * @param dice the member's own
   * @param number of the life
   */
  record Start(MemberIdentity identity, List<Member> told, Rng dice, long number) {}

  /** Recovers what the directory holds; the consensus has not begun yet. */
  static SimulatedServer open(
      SimulatedCluster cluster,
      SimulatedMember member,
      SimulatedDirectory directory,
      MemberLife life,
      Start start)
      throws IOException {
    Knobs knobs = cluster.knobs();
    MemberIdentity identity = start.identity();
    Rng random = start.dice().split("random " + start.number());
    PeerNetwork network =
        cluster.network().attach(member.id(), identity.incarnation(), identity.boot(), life);
    Consensus engine =
        cluster
            .consensus()
            .member(
                consensusOptions(cluster, member, identity),
                new Surroundings(directory.disk(), life, life, random, life, life, network));
    if (engine instanceof CoreInside core) {
      core.observe(member.log());
    }
    List<KnownLog> log = engine instanceof KnownLog known ? List.of(known) : List.of();
    EngineFolders folders =
        new EngineFolders(
            directory.disk(),
            folder -> new AuditedEngine(directory.openEngine(folder), member, cluster.invariants()),
            () -> cutIndex(log));
    StorageEngine storage = folders.open();
    Consensus observed = new ObservedConsensus(engine, member, cluster);
    Kernel kernel =
        Kernel.open(
            kernelOptions(knobs, member, start),
            new Kernel.Parts(
                storage,
                folders,
                observed,
                network,
                AccessControl.open(),
                (_, _) -> CompletableFuture.completedFuture(Identity.ANONYMOUS)),
            new Kernel.Environment(
                life, life, random.split("kernel"), life, probe(cluster, start)));
    return new SimulatedServer(kernel, observed, log);
  }

  /** Takes legal but unlikely choices now and then. */
  private static Probe probe(SimulatedCluster cluster, Start start) {
    int perMille = cluster.knobs().probePerMille();
    Rng dice = start.dice().split("probe " + start.number());
    return site -> {
      boolean hit = perMille > 0 && dice.below(1000) < perMille;
      if (hit) {
        cluster.reached().count("probe " + site);
      }
      return hit;
    };
  }

  private static long cutIndex(List<KnownLog> log) {
    if (log.isEmpty()) {
      throw new IllegalStateException(
          "a state of another member was complete when the process ended, and only the log knows"
              + " whether it has been installed: the consensus engine must implement KnownLog");
    }
    return log.getFirst().cutIndex();
  }

  private static ConsensusOptions consensusOptions(
      SimulatedCluster cluster, SimulatedMember member, MemberIdentity identity) {
    Knobs knobs = cluster.knobs();
    return new ConsensusOptions(
        SimulatedCluster.CLUSTER_ID,
        member.id(),
        identity.incarnation(),
        identity.boot(),
        cluster.bootstrapOf(member.id()),
        knobs.heartbeatMillis(),
        knobs.electionMillis(),
        true,
        knobs.requestMillis(),
        WAITING_BYTES_MAX,
        WAITING_MAX,
        false,
        0);
  }

  private static KernelOptions kernelOptions(Knobs knobs, SimulatedMember member, Start start) {
    return new KernelOptions(
        SimulatedCluster.CLUSTER_ID,
        member.id(),
        MAX_REQUEST_BYTES,
        TXN_OPERATIONS_MAX,
        0,
        knobs.electionMillis(),
        knobs.requestMillis(),
        false,
        knobs.progressMillis(),
        new KernelOptions.Cluster(
            member.toString(),
            List.of("http://" + member + ":2379"),
            false,
            3,
            start.dice().below(2) == 0,
            start.told()),
        new KernelOptions.Retention.Everything(),
        new KernelOptions.Memory(1 << 16, 1 << 20),
        new KernelOptions.Flush(
            knobs.flushOperations(),
            knobs.flushBytes(),
            knobs.flushMillis(),
            knobs.unflushedBytes(),
            knobs.barrierBytes()));
  }
}
