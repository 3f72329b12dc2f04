// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.distribution.config.ServerConfig;
import io.cairn.kernel.cluster.MemberChange;
import io.cairn.kernel.cluster.MemberIds;
import io.cairn.kernel.directory.MemberDirectory;
import io.cairn.kernel.directory.MemberIdentity;
import io.cairn.kernel.environment.DirectoryLock;
import io.cairn.kernel.environment.FileDisk;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.ConsensusOptions;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Rng;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The member's data directory while the server runs: locked against others, and known to belong to
 * this member of this cluster and to this backend.
 */
@Singleton
final class MemberHome implements AutoCloseable {
  private static final int TRANSFER_ELECTIONS = 2;
  private static final int REQUEST_MILLIS = 5_000;
  private static final int WAITING_PROPOSALS_MAX = 20_000;

  private final ServerConfig config;
  private final FileDisk disk;
  private final Rng rng;
  private final EventLog log;
  private @Nullable DirectoryLock lock;
  private @Nullable MemberIdentity identity;

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
   * @throws StartException naming the directory and what is wrong with it
   */
  void open() throws StartException {
    String shown = config.dataDir().toString();
    try {
      disk.createDirectories("");
      disk.createDirectories(MemberDirectory.MEMBER);
      lock = DirectoryLock.acquire(disk.resolve(MemberDirectory.MEMBER));
      MemberDirectory directory = new MemberDirectory(disk, shown);
      Optional<MemberIdentity> found = directory.read();
      if (found.isPresent()) {
        log.info("server has already been initialized", field("data-dir", shown));
        identity = directory.boot(found.get(), config.backend());
      } else {
        log.info("Initialize and start etcd server", field("data-dir", shown));
        identity = create(directory);
      }
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

  private MemberIdentity create(MemberDirectory directory) throws IOException {
    List<Long> ids = new ArrayList<>();
    long own = 0;
    for (Map.Entry<String, List<String>> member : config.cluster().initial().entrySet()) {
      long id = MemberIds.ofInitialMember(member.getValue(), config.cluster().token());
      ids.add(id);
      own = member.getKey().equals(config.name()) ? id : own;
    }
    return directory.create(config.backend(), MemberIds.ofCluster(ids), own, rng.next());
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
        bootstrap(),
        cluster.heartbeatMillis(),
        cluster.electionMillis(),
        cluster.preVote(),
        requestTimeoutMillis(cluster),
        plan.logBytes(),
        WAITING_PROPOSALS_MAX,
        false,
        0);
  }

  /** etcd's request timeout: five seconds and two elections. */
  static int requestTimeoutMillis(ServerConfig.Cluster cluster) {
    return REQUEST_MILLIS + TRANSFER_ELECTIONS * cluster.electionMillis();
  }

  private List<ConfigurationChange> bootstrap() {
    return config.cluster().initial().entrySet().stream()
        .map(member ->
            MemberChange.ofInitialMember(
                    MemberIds.ofInitialMember(member.getValue(), config.cluster().token()),
                    member.getKey(),
                    member.getValue())
                .encode())
        .toList();
  }

  @Override
  public void close() throws IOException {
    DirectoryLock held = lock;
    if (held != null) {
      held.close();
    }
  }
}
