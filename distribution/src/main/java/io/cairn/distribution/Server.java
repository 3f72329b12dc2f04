// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.apigrpc.GrpcTransport;
import io.cairn.consensusraft.network.GrpcPeerNetwork;
import io.cairn.consensusraft.network.PeerIdentity;
import io.cairn.consensusraft.runtime.RaftConsensus;
import io.cairn.distribution.config.ServerConfig;
import io.cairn.kernel.Kernel;
import io.cairn.kernel.cluster.MemberIds;
import io.cairn.kernel.directory.EngineFolders;
import io.cairn.kernel.directory.MemberIdentity;
import io.cairn.kernel.environment.FileDisk;
import io.cairn.kernel.environment.ThreadLanes;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.request.Answers;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.auth.AccessControl;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Probe;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.store.ApiVersion;
import io.cairn.spi.store.StoreService;
import io.cairn.spi.transport.Transport;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One member from start to stop.
 *
 * <p>Start goes from the inside out: peer addresses, directory, engine, recovery, consensus, other
 * members, clients. What has been started is stopped in the opposite order, also when a later step
 * fails; a leader hands over before it leaves its clients.
 */
public final class Server {
  private static final String NATIVES = "natives";
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final ServerConfig config;
  private final EventLog log;
  private final MemberHome home;
  private final FileDisk disk;
  private final ThreadLanes lanes;
  private final TimeSource time;
  private final Rng rng;
  private final Backends backends;
  private final GrpcPeerNetwork network;
  private final Provider<RaftConsensus> consensus;
  private final Map<String, Provider<Transport>> transports;
  private final Deque<Step> started = new ArrayDeque<>();
  private final CompletableFuture<Void> departed = new CompletableFuture<>();
  private @Nullable Kernel opened;

  /** Undoes a step of the start. */
  private interface Step {
    void undo() throws IOException;
  }

  @Inject
  Server(
      ServerConfig config,
      EventLog log,
      MemberHome home,
      FileDisk disk,
      ThreadLanes lanes,
      TimeSource time,
      Rng rng,
      Backends backends,
      GrpcPeerNetwork network,
      Provider<RaftConsensus> consensus,
      Map<String, Provider<Transport>> transports) {
    this.config = config;
    this.log = log;
    this.home = home;
    this.disk = disk;
    this.lanes = lanes;
    this.time = time;
    this.rng = rng;
    this.backends = backends;
    this.network = network;
    this.consensus = consensus;
    this.transports = transports;
  }

  /**
   * Starts and returns when clients are served, for which a cluster needs a quorum; or when {@code
   * stopRequested} completes before that, with nothing served.
   *
   * @return the addresses bound for clients; none if it was stopped before
   * @throws StartException if that is not possible; nothing is left running then
   */
  public List<InetSocketAddress> start(CompletableFuture<?> stopRequested) throws StartException {
    try {
      return startSteps(stopRequested);
    } catch (StartException e) {
      stop();
      throw e;
    } catch (StorageException | ConsensusException | IllegalStateException e) {
      stop();
      throw new StartException(e.getMessage(), e);
    } catch (IOException e) {
      stop();
      throw new StartException(causes(e), e);
    }
  }

  /**
   * The store that is served, once {@link #start} has returned addresses.
   *
   * @throws IllegalStateException before that
   */
  public StoreService store() {
    Kernel kernel = opened;
    if (kernel == null) {
      throw new IllegalStateException("the server has not been started");
    }
    return kernel;
  }

  /** Completes when this member has been removed from its cluster and has to stop. */
  public CompletableFuture<Void> departed() {
    return departed;
  }

  private List<InetSocketAddress> startSteps(CompletableFuture<?> stopRequested)
      throws StartException, IOException {
    StorageBackend backend = backends.require(config.backend());
    started.push(home::close);
    started.push(this::closeLanesAndKernel);
    started.push(network::stop);
    List<InetSocketAddress> peerAddresses = config.listen().peerAddresses();
    log.info(
        "configuring peer listeners",
        field(
            "listen-peer-urls",
            peerAddresses.stream()
                .map(address -> "http://" + address.getHostString() + ":" + address.getPort())
                .toList()));
    try {
      network.bind(peerAddresses);
    } catch (IOException e) {
      throw cannotListen("--listen-peer-urls", e);
    }
    home.open(
        new Bootstrap(
            config.name(), config.cluster().origin(), network::ask, PeerUrlMatch.Resolver.SYSTEM),
        backend.descriptor().offers(StorageBackend.DURABLE));
    MemberIdentity self = home.identity();
    log.info(
        "starting etcd server",
        field("local-member-id", MemberIds.text(self.memberId())),
        field("cluster-id", MemberIds.text(self.clusterId())),
        field("local-server-version", ApiVersion.SERVER),
        field("name", config.name()),
        field("data-dir", config.dataDir().toString()),
        field("backend", self.backend()),
        field("boot", self.boot()));
    MemoryPlan plan = MemoryPlan.of(Runtime.getRuntime().maxMemory(), config.memoryBytes());
    Kernel kernel = openKernel(backend, plan);
    Answers.relay(kernel.departed(), departed);
    started.push(kernel::stop);
    CompletableFuture<Void> announced = kernel.start().toCompletableFuture();
    network.start(
        new PeerIdentity(self.clusterId(), self.memberId(), self.incarnation(), self.boot()));
    log.info("now serving peer traffic");
    return awaitAnnounced(announced, stopRequested) ? serve(kernel) : List.of();
  }

  private Kernel openKernel(StorageBackend backend, MemoryPlan plan) throws IOException {
    disk.createDirectories(NATIVES);
    Path natives = disk.resolve(NATIVES);
    long begun = time.nanos();
    RaftConsensus raft = consensus.get();
    EngineFolders engines =
        new EngineFolders(
            disk,
            folder ->
                backend.open(
                    new StorageOptions(
                        disk.resolve(folder), Tables.ALL, plan.engineBytes(), natives)),
            raft::cutIndex);
    StorageEngine engine = engines.open();
    log.info(
        "opened backend db",
        field("path", disk.resolve(engines.current()).toString()),
        field("took", (time.nanos() - begun) / 1_000 + "µs"));
    begun = time.nanos();
    Kernel kernel;
    try {
      kernel =
          Kernel.open(
              kernelOptions(plan),
              new Kernel.Parts(
                  engine,
                  engines,
                  raft,
                  network,
                  AccessControl.open(),
                  (caller, view) -> CompletableFuture.completedFuture(Identity.ANONYMOUS)),
              new Kernel.Environment(lanes, time, rng, log, Probe.NONE));
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
    opened = kernel;
    log.info(
        "kvstore restored",
        field("current-rev", kernel.published().state().revision()),
        field("applied-index", kernel.published().state().appliedIndex()),
        field("took", (time.nanos() - begun) / 1_000 + "µs"));
    return kernel;
  }

  private KernelOptions kernelOptions(MemoryPlan plan) {
    MemberIdentity self = home.identity();
    KernelOptions defaults = KernelOptions.defaults(self.clusterId(), self.memberId());
    KernelOptions.Flush flush = defaults.flush();
    return new KernelOptions(
        self.clusterId(),
        self.memberId(),
        config.listen().transport().requestBytesMax(),
        config.limits().txnOperationsMax(),
        config.limits().quotaBytes(),
        config.cluster().electionMillis(),
        MemberHome.requestTimeoutMillis(config.cluster()),
        true,
        (int) (config.limits().progressIntervalNanos() / NANOS_PER_MILLI),
        new KernelOptions.Cluster(
            config.name(),
            config.listen().advertisedClientUrls(),
            config.cluster().strictReconfiguration(),
            config.cluster().learnersMax(),
            config.cluster().leaseCheckpoints(),
            home.told()),
        retention(),
        plan.kernel(),
        new KernelOptions.Flush(
            flush.operations(),
            flush.bytes(),
            flush.millis(),
            plan.unflushedBytes(),
            flush.barrierBytes()));
  }

  private KernelOptions.Retention retention() {
    return switch (config.limits().compaction()) {
      case ServerConfig.Compaction.Off _ -> new KernelOptions.Retention.Everything();
      case ServerConfig.Compaction.Periodic(long nanos) ->
          new KernelOptions.Retention.Period(nanos);
      case ServerConfig.Compaction.Revisions(long count) ->
          new KernelOptions.Retention.Revisions(count);
    };
  }

  /**
   * The sign that consensus works: the member's own name has gone through the log. That may take as
   * long as it takes others to make up a quorum with this member.
   *
   * @return false if there is no use in waiting any longer
   */
  private boolean awaitAnnounced(CompletableFuture<Void> announced, CompletableFuture<?> stopping)
      throws StartException {
    try {
      var _ = CompletableFuture.anyOf(announced, departed, stopping).get();
      return announced.isDone() && !departed.isDone();
    } catch (ExecutionException e) {
      throw new StartException("the member could not publish itself: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartException("the start was interrupted", e);
    }
  }

  private List<InetSocketAddress> serve(Kernel kernel) throws StartException {
    Provider<Transport> provider = transports.get(GrpcTransport.NAME);
    if (provider == null) {
      throw new IllegalStateException("this distribution has no transport 'grpc'");
    }
    Transport transport = provider.get();
    List<InetSocketAddress> bound;
    try {
      bound =
          transport.start(kernel, config.listen().clientAddresses(), config.listen().transport());
    } catch (IOException e) {
      throw cannotListen("--listen-client-urls", e);
    }
    started.push(transport::stop);
    started.push(() -> transport.drain(MemberHome.requestTimeoutMillis(config.cluster())));
    started.push(() -> handOver(kernel));
    log.info("ready to serve client requests");
    for (InetSocketAddress address : bound) {
      log.info(
          "serving client traffic insecurely; this is strongly discouraged!",
          field("traffic", "grpc"),
          field("address", address.getAddress().getHostAddress() + ":" + address.getPort()));
    }
    return bound;
  }

  /** Clients of a leader that is about to leave should find the next one at once. */
  private void handOver(Kernel kernel) {
    try {
      kernel
          .handOver()
          .toCompletableFuture()
          .get(MemberHome.requestTimeoutMillis(config.cluster()), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      log.warn("leadership transfer failed", field("error", e.toString()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops what has been started, the last first. Goes on when a step fails, and logs that. */
  public void stop() {
    log.info("closing etcd server", field("name", config.name()));
    while (!started.isEmpty()) {
      Step step = started.pop();
      try {
        step.undo();
      } catch (IOException | RuntimeException e) {
        log.error("a step of stopping failed", field("error", e));
      }
    }
    log.info("closed etcd server", field("name", config.name()));
  }

  /** Reads run on lanes until these have ended, so the kernel gives its memory back after them. */
  private void closeLanesAndKernel() {
    lanes.close();
    Kernel kernel = opened;
    if (kernel != null) {
      kernel.close();
    }
  }

  /** In etcd's words as far as it has some, since scripts look for them. */
  private static StartException cannotListen(String option, IOException failure) {
    Throwable first = failure;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    String why = String.valueOf(first.getMessage());
    String reason =
        why.endsWith("Address already in use")
            ? "address already in use; is another server, perhaps an earlier process of this one,"
                + " running with the address that "
                + option
                + " names?"
            : why + "; look at " + option;
    return new StartException(failure.getMessage() + ": bind: " + reason, failure);
  }

  private static String causes(IOException failure) {
    StringBuilder text = new StringBuilder(String.valueOf(failure.getMessage()));
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      text.append(": ").append(cause.getMessage());
    }
    return text.toString();
  }
}
