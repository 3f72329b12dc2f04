// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import io.cairn.kernel.environment.SystemTime;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code cairnutl snapshot restore}: a data directory from a backup. */
final class SnapshotRestoreCommand implements Cairnutl.Command {
  private static final String DATA_DIR = "--data-dir";
  private static final String WAL_DIR = "--wal-dir";
  private static final String NAME = "--name";
  private static final String CLUSTER = "--initial-cluster";
  private static final String TOKEN = "--initial-cluster-token";
  private static final String ADVERTISED = "--initial-advertise-peer-urls";
  private static final String SKIP_HASH_CHECK = "--skip-hash-check";
  private static final String MAP_SIZE = "--initial-memory-map-size";
  private static final String BUMP = "--bump-revision";
  private static final String MARK_COMPACTED = "--mark-compacted";
  private static final String BACKEND = "--backend";
  private static final String PLUGINS_DIR = "--plugins-dir";

  private final BackendSource backends;
  private final ClusterFounding founding;

  private SnapshotRestoreCommand(BackendSource backends, ClusterFounding founding) {
    this.backends = backends;
    this.founding = founding;
  }

  static CommandSpec specification(BackendSource backends, ClusterFounding founding) {
    CommandSpec restore =
        CommandSpec.wrapWithoutInspection(new SnapshotRestoreCommand(backends, founding))
            .addPositional(SnapshotArguments.file())
            .addOption(text(DATA_DIR, "DIR", "The directory to make; <name>.etcd if not given."))
            .addOption(text(NAME, "NAME", "The member's name; 'default' if not given."))
            .addOption(text(CLUSTER, "NAME=URL,...", "All members of the new cluster."))
            .addOption(text(TOKEN, "TOKEN", "The new cluster's token."))
            .addOption(text(ADVERTISED, "URL,...", "The member's own peer URLs."))
            .addOption(flag(SKIP_HASH_CHECK, "Take a file without SHA-256, such as a copied one."))
            .addOption(text(BUMP, "N", "Raise the revision, beyond what clients may have seen."))
            .addOption(flag(MARK_COMPACTED, "With --bump-revision: what was is compacted."))
            .addOption(text(BACKEND, "BACKEND", "The storage backend; 'rocksdb' if not given."))
            .addOption(text(PLUGINS_DIR, "DIR", "Where backends of others lie."))
            .addOption(OptionSpec.builder(WAL_DIR).type(String.class).hidden(true).build())
            .addOption(OptionSpec.builder(MAP_SIZE).type(String.class).hidden(true).build());
    restore
        .usageMessage()
        .description(
            "Makes the data directory of a member of a new cluster from a backup of Cairn or etcd."
                + " Every member restores the same file, with its own name. Run it as the user"
                + " that runs the server.");
    return restore;
  }

  private static OptionSpec text(String name, String value, String description) {
    return OptionSpec.builder(name)
        .type(String.class)
        .paramLabel(value)
        .description(description)
        .build();
  }

  private static OptionSpec flag(String name, String description) {
    return OptionSpec.builder(name)
        .type(Boolean.class)
        .arity("0..1")
        .fallbackValue("true")
        .paramLabel("true|false")
        .description(description)
        .build();
  }

  @Override
  public void run(ParseResult arguments, Terminal terminal) throws ToolException {
    List<String> files = arguments.matchedPositionalValue(0, List.of());
    if (files.size() != 1) {
      throw new ToolException(
          "snapshot restore requires exactly one argument", ToolException.ARGUMENTS);
    }
    if (arguments.hasMatchedOption(WAL_DIR)) {
      throw new ToolException(
          "--wal-dir: a log outside of the data directory is not supported; leave it out");
    }
    String name = arguments.matchedOptionValue(NAME, "default");
    String plugins = arguments.matchedOptionValue(PLUGINS_DIR, "");
    String dataDir = arguments.matchedOptionValue(DATA_DIR, "");
    SnapshotRestore.Request request =
        new SnapshotRestore.Request(
            files.getFirst(),
            Path.of(dataDir.isEmpty() ? name + ".etcd" : dataDir),
            arguments.matchedOptionValue(BACKEND, "rocksdb"),
            plugins.isEmpty() ? Optional.empty() : Optional.of(Path.of(plugins)),
            new ClusterFounding.Origin(
                name,
                arguments.matchedOptionValue(CLUSTER, "default=http://localhost:2380"),
                arguments.matchedOptionValue(TOKEN, "etcd-cluster"),
                arguments.matchedOptionValue(ADVERTISED, "http://localhost:2380")),
            arguments.matchedOptionValue(SKIP_HASH_CHECK, false),
            bump(arguments));
    ProgressLine progress = new ProgressLine(terminal.err(), new SystemTime());
    new SnapshotRestore(backends, founding, new ConsoleLog(terminal.err()), progress).run(request);
  }

  private static long bump(ParseResult arguments) throws ToolException {
    String given = arguments.matchedOptionValue(BUMP, "0");
    long bump;
    try {
      bump = Long.parseLong(given);
    } catch (NumberFormatException e) {
      bump = -1;
    }
    if (bump < 0) {
      throw new ToolException(
          "invalid argument \"%s\" for \"--bump-revision\" flag: it is not a number from 0 up"
              .formatted(given));
    }
    boolean marked = arguments.matchedOptionValue(MARK_COMPACTED, false);
    if (bump > 0 && !marked) {
      throw new ToolException(
          "--mark-compacted required if --revision-bump > 0", ToolException.ARGUMENTS);
    }
    if (bump == 0 && marked) {
      throw new ToolException(
          "--mark-compacted is for --bump-revision > 0 only", ToolException.ARGUMENTS);
    }
    return bump;
  }
}
