// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import io.cairn.kernel.directory.EngineExchange;
import io.cairn.kernel.directory.MemberDirectory;
import io.cairn.kernel.directory.MemberIdentity;
import io.cairn.kernel.environment.DirectoryLock;
import io.cairn.kernel.environment.FileDisk;
import io.cairn.kernel.migration.EngineCopy;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Gives a stopped member's directory another backend.
 *
 * <p>The consensus log stays as it is: it says what comes behind the engine's applied index, and
 * the new engine has the same. What a crash at any moment leaves is the table of {@link
 * EngineExchange}.
 */
final class Migration {
  private static final long ENGINE_BYTES = 64 << 20;
  private static final String NATIVES = "natives";

  private final Path dataDir;
  private final FileDisk disk;
  private final BackendSource backends;
  private final Optional<Path> pluginsDir;
  private final ProgressLine progress;

  Migration(
      Path dataDir, BackendSource backends, Optional<Path> pluginsDir, ProgressLine progress) {
    this.dataDir = dataDir;
    this.disk = new FileDisk(dataDir);
    this.backends = backends;
    this.pluginsDir = pluginsDir;
    this.progress = progress;
  }

  /** Returns a line that says what was done. */
  String run(String from, String to) throws ToolException {
    if (from.equals(to)) {
      throw new ToolException("--from and --to both name the backend '" + from + "'");
    }
    StorageBackend source = durable(from);
    StorageBackend target = durable(to);
    try {
      MemberDirectory directory = new MemberDirectory(disk, dataDir.toString());
      // Before the lock, which would leave a file in a directory that is not Cairn's.
      var _ = member(directory);
      try (DirectoryLock _ = DirectoryLock.acquire(disk.resolve(MemberDirectory.MEMBER))) {
        EngineExchange exchange = new EngineExchange(disk, directory);
        String resumed = exchange.resume();
        String written = member(directory).backend();
        if (to.equals(resumed)) {
          return "finished an earlier migration: '%s' is of backend '%s' now"
              .formatted(dataDir, to);
        }
        if (!written.equals(from)) {
          throw new ToolException(
              "the data directory '%s' was written by backend '%s', not by '%s'"
                  .formatted(dataDir, written, from));
        }
        EngineCopy.Content content = exchange(exchange, source, target);
        return "migrated '%s' from '%s' to '%s': %d rows, %d MiB, revision %d"
            .formatted(
                dataDir, from, to, content.rows(), content.bytes() >> 20, content.revision());
      }
    } catch (AccessDeniedException e) {
      throw new ToolException(
          "cannot use the data directory '%s': permission denied for '%s'; call this as the user that runs the server"
              .formatted(dataDir, e.getFile()),
          e);
    } catch (IOException e) {
      throw new ToolException("cannot use the data directory '" + dataDir + "': " + e, e);
    } catch (StorageException | IllegalStateException e) {
      throw new ToolException(e.getMessage(), e);
    }
  }

  private StorageBackend durable(String name) throws ToolException {
    StorageBackend backend = backends.require(name, pluginsDir);
    if (!backend.descriptor().offers(StorageBackend.DURABLE)) {
      throw new ToolException(
          "the backend '" + name + "' keeps nothing when a member stops, so there is no migration");
    }
    return backend;
  }

  private MemberIdentity member(MemberDirectory directory) throws IOException, ToolException {
    Optional<MemberIdentity> found = directory.read();
    return found.orElseThrow(
        () -> new ToolException("there is no member in the data directory '" + dataDir + "'"));
  }

  private EngineCopy.Content exchange(
      EngineExchange exchange, StorageBackend source, StorageBackend target) throws IOException {
    EngineCopy.Content content;
    try (StorageEngine present = open(source, exchange.current())) {
      content = copy(exchange, present, target);
    }
    exchange.complete(target.descriptor().name());
    return content;
  }

  private EngineCopy.Content copy(
      EngineExchange exchange, StorageEngine present, StorageBackend target) throws IOException {
    String folder = exchange.begin();
    try {
      EngineCopy.Content copied;
      progress.begin("copying");
      try (StorageEngine next = open(target, folder)) {
        copied = EngineCopy.copy(present, next, progress::at);
      }
      // Opened again, so that what is compared is what is found at the next start.
      progress.begin("comparing");
      try (StorageEngine next = open(target, folder)) {
        var _ = EngineCopy.compare(present, next, progress::at);
      }
      return copied;
    } catch (StorageException | IllegalStateException failure) {
      discard(exchange, failure);
      throw failure;
    }
  }

  /** What was written is of no use, and the disk may be full. */
  private static void discard(EngineExchange exchange, RuntimeException failure) {
    try {
      exchange.discard();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private StorageEngine open(StorageBackend backend, String folder) throws IOException {
    disk.createDirectories(NATIVES);
    return backend.open(
        new StorageOptions(disk.resolve(folder), Tables.ALL, ENGINE_BYTES, disk.resolve(NATIVES)));
  }
}
