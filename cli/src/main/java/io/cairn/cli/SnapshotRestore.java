// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.kernel.backup.BackupException;
import io.cairn.kernel.backup.DatabaseReader;
import io.cairn.kernel.cluster.MemberChange;
import io.cairn.kernel.cluster.MemberIds;
import io.cairn.kernel.directory.MemberDirectory;
import io.cairn.kernel.directory.MemberIdentity;
import io.cairn.kernel.directory.NewDirectory;
import io.cairn.kernel.environment.FileDisk;
import io.cairn.kernel.restore.Backup;
import io.cairn.kernel.restore.Restoration;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.Configuration;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.store.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Makes the data directory of a member of a new cluster from a backup.
 *
 * <p>The whole backup is read and checked before anything of the directory exists. What a crash
 * leaves later does not start ({@link NewDirectory}); a failure leaves nothing.
 */
final class SnapshotRestore {
  private static final long ENGINE_BYTES = 64 << 20;
  private static final String NATIVES = "natives";

  private final BackendSource backends;
  private final ClusterFounding founding;
  private final EventLog log;
  private final ProgressLine progress;

  /**
   * What is to be done.
   *
   * @param file the backup
   * @param bump by how much to raise the revision, 0 not to
   */
  record Request(
      String file,
      Path dataDir,
      String backend,
      Optional<Path> pluginsDir,
      ClusterFounding.Origin origin,
      boolean skipHashCheck,
      long bump) {}

  SnapshotRestore(
      BackendSource backends, ClusterFounding founding, EventLog log, ProgressLine progress) {
    this.backends = backends;
    this.founding = founding;
    this.log = log;
    this.progress = progress;
  }

  void run(Request request) throws ToolException {
    ClusterFounding.Founders founders = founding.decide(request.origin());
    List<ConfigurationChange> entries =
        founders.members().stream()
            .map(member ->
                MemberChange.ofInitialMember(member.id(), member.name(), member.peerUrls())
                    .encode())
            .toList();
    StorageBackend backend = backend(request);
    FileDisk disk = new FileDisk(request.dataDir().toAbsolutePath());
    refuseContent(request.dataDir());
    log.info(
        "restoring snapshot",
        field("path", request.file()),
        field("data-dir", request.dataDir().toString()),
        field("backend", request.backend()));
    try (BackupFile file = BackupFile.open(request.file())) {
      DatabaseReader database =
          request.skipHashCheck() ? DatabaseReader.open(file) : DatabaseReader.openVerified(file);
      Backup backup = Backup.open(database);
      judge(backup);
      Restoration restoration = new Restoration(backup, entries, request.bump());
      progress.begin("checking");
      Restoration.Content content = restoration.check(progress::at);
      long clusterId =
          MemberIds.ofRestoredCluster(
              founders.members().stream().map(Member::id).toList(), content.digest());
      MemberIdentity identity =
          new MemberIdentity(
              request.backend(), clusterId, founders.self(), new SecureRandom().nextLong(), 1);
      new Making(disk, request.dataDir(), backend)
          .make(restoration, content, identity, point(founders));
      report(request, founders, identity, content);
    } catch (BackupException e) {
      throw new ToolException(e.getMessage(), e);
    } catch (IOException e) {
      throw new ToolException("cannot restore '" + request.file() + "': " + e, e);
    } catch (StorageException | IllegalStateException e) {
      throw new ToolException(e.getMessage(), e);
    }
  }

  /** Where a member stands that has applied the entries that name the founders. */
  private static AppliedPoint point(ClusterFounding.Founders founders) {
    List<Long> voters = founders.members().stream().map(Member::id).toList();
    return new AppliedPoint(voters.size(), Restoration.TERM, new Configuration(voters, List.of()));
  }

  private StorageBackend backend(Request request) throws ToolException {
    StorageBackend backend = backends.require(request.backend(), request.pluginsDir());
    if (!backend.descriptor().offers(StorageBackend.DURABLE)) {
      throw new ToolException(
          "the backend '"
              + request.backend()
              + "' keeps nothing when a member stops, so nothing can be restored into it");
    }
    return backend;
  }

  private static void refuseContent(Path dataDir) throws ToolException {
    if (!Files.exists(dataDir)) {
      return;
    }
    String refusal = "data-dir \"" + dataDir + "\" not empty or could not be read";
    try (Stream<Path> content = Files.list(dataDir)) {
      if (content.findAny().isPresent()) {
        throw new ToolException(refusal + "; name another one, or remove what is in it");
      }
    } catch (IOException e) {
      throw new ToolException(refusal + ": " + e, e);
    }
  }

  /**
   * Says what of a backup is not taken over, or refuses it when that would take protection away.
   */
  private void judge(Backup backup) throws IOException, ToolException {
    if (backup.authEnabled()) {
      throw new ToolException(
          "the backup has authentication enabled, which Cairn does not have yet: once restored,"
              + " everybody could read and write everything. Restore it into etcd, switch"
              + " authentication off there ('etcdctl auth disable'), and take another backup");
    }
    long named = backup.usersAndRoles();
    if (named > 0) {
      log.warn(
          "users and roles are not restored; authentication was off in the backup",
          field("users-and-roles", named));
    }
    if (!backup.unknownBuckets().isEmpty()) {
      log.warn("buckets are not restored", field("buckets", backup.unknownBuckets()));
    }
    if (!backup.alarms().isEmpty()) {
      log.warn(
          "alarms are raised in the backup and stay so until 'etcdctl alarm disarm'",
          field("alarms", backup.alarms().stream().map(alarm -> alarm.kind().name()).toList()));
    }
  }

  private void report(
      Request request,
      ClusterFounding.Founders founders,
      MemberIdentity identity,
      Restoration.Content content) {
    for (Member member : founders.members()) {
      log.info(
          "added member",
          field("cluster-id", MemberIds.text(identity.clusterId())),
          field("local-member-id", MemberIds.text(identity.memberId())),
          field("added-peer-id", MemberIds.text(member.id())),
          field("added-peer-peer-urls", member.peerUrls()));
    }
    log.info(
        "restored snapshot",
        field("path", request.file()),
        field("data-dir", request.dataDir().toString()),
        field("backend", request.backend()),
        field("revision", content.revision()),
        field("compact-revision", content.compactionFloor()));
  }

  /** The part that writes. */
  private final class Making {
    private final FileDisk disk;
    private final Path dataDir;
    private final StorageBackend backend;

    Making(FileDisk disk, Path dataDir, StorageBackend backend) {
      this.disk = disk;
      this.dataDir = dataDir;
      this.backend = backend;
    }

    void make(
        Restoration restoration,
        Restoration.Content content,
        MemberIdentity identity,
        AppliedPoint point)
        throws IOException, ToolException {
      boolean existed = disk.exists("");
      disk.createDirectories("");
      NewDirectory directory =
          new NewDirectory(disk, new MemberDirectory(disk, dataDir.toString()));
      try {
        String folder = directory.begin();
        fill(restoration, content, folder);
        founding.beginLog(disk, identity, point, log);
        directory.complete(identity);
        syncParent();
      } catch (IOException | ToolException | RuntimeException failure) {
        try {
          directory.discard();
          remove(NATIVES);
          if (!existed) {
            disk.remove("");
          }
        } catch (IOException e) {
          failure.addSuppressed(e);
        }
        throw failure;
      }
    }

    private void fill(Restoration restoration, Restoration.Content content, String folder)
        throws IOException {
      progress.begin("restoring");
      try (StorageEngine engine = open(folder)) {
        if (!restoration.fill(engine, progress::at).equals(content)) {
          throw new BackupException("the file has changed while it was read; restore again");
        }
      }
      // Opened again, so that what is compared is what is found at the first start.
      progress.begin("comparing");
      try (StorageEngine engine = open(folder)) {
        if (!Restoration.digest(engine, progress::at).equals(content.digest())) {
          throw new IllegalStateException(
              "the storage in '"
                  + folder
                  + "' does not give back what was written to it; look at the disk");
        }
      }
    }

    private StorageEngine open(String folder) throws IOException {
      disk.createDirectories(NATIVES);
      return backend.open(
          new StorageOptions(
              disk.resolve(folder), Tables.ALL, ENGINE_BYTES, disk.resolve(NATIVES)));
    }

    private void remove(String path) throws IOException {
      for (String name : disk.list(path)) {
        remove(path + "/" + name);
      }
      disk.remove(path);
    }

    private void syncParent() throws IOException {
      Path parent = dataDir.toAbsolutePath().getParent();
      if (parent != null) {
        new FileDisk(parent).syncDirectory("");
      }
    }
  }
}
