// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.distribution.config.ServerConfig;
import io.cairn.kernel.directory.MemberDirectory;
import io.cairn.kernel.directory.MemberIdentity;
import io.cairn.kernel.environment.DirectoryLock;
import io.cairn.kernel.environment.FileDisk;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.ConsensusOptions;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.store.Member;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The member's data directory while the server runs: locked against others, and known to belong to
 * this member of this cluster and to this backend.
 */
@Singleton
final class MemberHome implements AutoCloseable {
  private static final int REQUEST_ELECTIONS = 2;
  private static final int REQUEST_MILLIS = 5_000;
  private static final int WAITING_PROPOSALS_MAX = 20_000;

  /**
   * About half of what a network of a gigabit carries, so that a member which is brought up to date
   * takes from clients neither the network nor all of a processor.
   */
  private static final long SNAPSHOT_BYTES_PER_SECOND_MAX = 64L << 20;

  /** Made by consensus as soon as this member has met another. */
  private static final String PEERS = MemberDirectory.WAL + "/PEERS";

  private final ServerConfig config;
  private final FileDisk disk;
  private final Rng rng;
  private final EventLog log;
  private @Nullable DirectoryLock lock;
  private @Nullable MemberIdentity identity;
  private List<Member> told = List.of();
  private List<ConfigurationChange> firstEntries = List.of();

  @Inject
  MemberHome(ServerConfig config, FileDisk disk, Rng rng, EventLog log) {
    this.config = config;
    this.disk = disk;
    this.rng = rng;
    this.log = log;
  }

  /**
   * Opens the directory, making it if there is none.
   *
   * @param bootstrap asked who the member is if there is none
   * @param durable whether the storage backend keeps anything over a restart
   * @throws StartException naming the directory and what is wrong with it
   */
  void open(Bootstrap bootstrap, boolean durable) throws StartException {
    String shown = config.dataDir().toString();
    try {
      disk.createDirectories("");
      MemberDirectory directory = new MemberDirectory(disk, shown);
      // Before the lock, which would leave a file in a directory that is not Cairn's.
      var _ = directory.read();
      disk.createDirectories(MemberDirectory.MEMBER);
      lock = DirectoryLock.acquire(disk.resolve(MemberDirectory.MEMBER));
      Optional<MemberIdentity> found = directory.read();
      if (found.isPresent() && !durable && isForgotten(found.get())) {
        log.warn(
            "the storage backend has kept nothing of the last start; the member begins anew",
            field("backend", config.backend()),
            field("data-dir", shown));
        directory.forget();
        found = Optional.empty();
      }
      if (found.isPresent()) {
        log.info("server has already been initialized", field("data-dir", shown));
        identity = directory.boot(found.get(), config.backend());
      } else {
        log.info("Initialize and start etcd server", field("data-dir", shown));
        Bootstrap.Outcome outcome = bootstrap.decide();
        told = outcome.told();
        identity =
            directory.create(config.backend(), outcome.clusterId(), outcome.memberId(), rng.next());
      }
      firstEntries = bootstrap.firstEntries(identity);
    } catch (AccessDeniedException e) {
      throw new StartException(
          "cannot use the data directory '"
              + shown
              + "': permission denied for '"
              + e.getFile()
              + "'; give this user the right to read and write it",
          e);
    } catch (IOException e) {
      throw new StartException("cannot use the data directory '" + shown + "': " + e, e);
    } catch (IllegalStateException e) {
      throw new StartException(e.getMessage(), e);
    }
  }

  /**
   * Whether nothing is left that matters of a member whose backend is not durable. What its log
   * still holds would bring back a part, or nothing once it has been cut. But a member of a cluster
   * has given promises to others, and they are in its log.
   */
  private boolean isForgotten(MemberIdentity found) throws IOException {
    ServerConfig.Origin origin = config.cluster().origin();
    boolean foundsAlone = !origin.joins() && origin.initial().size() == 1;
    return foundsAlone && found.backend().equals(config.backend()) && !disk.exists(PEERS);
  }

  /** The members that this one was told of when it joined, at its first start only. */
  List<Member> told() {
    return told;
  }

  MemberIdentity identity() {
    MemberIdentity known = identity;
    if (known == null) {
      throw new IllegalStateException("the member's directory is not open");
    }
    return known;
  }

  /** What consensus is to know of this member. */
  ConsensusOptions consensusOptions() {
    MemberIdentity self = identity();
    ServerConfig.Cluster cluster = config.cluster();
    MemoryPlan plan = MemoryPlan.of(Runtime.getRuntime().maxMemory(), config.memoryBytes());
    return new ConsensusOptions(
        self.clusterId(),
        self.memberId(),
        self.incarnation(),
        self.boot(),
        firstEntries,
        cluster.heartbeatMillis(),
        cluster.electionMillis(),
        cluster.preVote(),
        requestTimeoutMillis(cluster),
        plan.logBytes(),
        WAITING_PROPOSALS_MAX,
        false,
        SNAPSHOT_BYTES_PER_SECOND_MAX,
        cluster.forceNew(),
        cluster.hastensFirstElection());
  }

  /** etcd's request timeout: five seconds and two elections. */
  static int requestTimeoutMillis(ServerConfig.Cluster cluster) {
    return REQUEST_MILLIS + REQUEST_ELECTIONS * cluster.electionMillis();
  }

  @Override
  public void close() throws IOException {
    DirectoryLock held = lock;
    if (held != null) {
      held.close();
    }
  }
}
