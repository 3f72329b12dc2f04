// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import io.cairn.kernel.environment.SystemTime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code cairnutl migrate}: another backend for a stopped member.
 *
 * <p>etcdutl has a command of this name for another purpose, the version of etcd's storage. Its
 * flags are known here so that whoever gives them is told.
 */
final class MigrateCommand implements Cairnutl.Command {
  private static final String DATA_DIR = "--data-dir";
  private static final String FROM = "--from";
  private static final String TO = "--to";
  private static final String PLUGINS_DIR = "--plugins-dir";
  private static final String TARGET_VERSION = "--target-version";
  private static final String FORCE = "--force";

  private final BackendSource backends;

  private MigrateCommand(BackendSource backends) {
    this.backends = backends;
  }

  static CommandSpec specification(BackendSource backends) {
    CommandSpec migrate =
        CommandSpec.wrapWithoutInspection(new MigrateCommand(backends))
            .addOption(option(DATA_DIR, "DIR", "The data directory of the member."))
            .addOption(option(FROM, "BACKEND", "The backend that wrote it."))
            .addOption(option(TO, "BACKEND", "The backend that it is to have."))
            .addOption(
                option(PLUGINS_DIR, "DIR", "Where backends of others lie, as with the server."))
            .addOption(OptionSpec.builder(TARGET_VERSION).type(String.class).hidden(true).build())
            .addOption(OptionSpec.builder(FORCE).hidden(true).build());
    migrate
        .usageMessage()
        .description(
            "Gives a stopped member another storage backend. The old engine is kept until the new"
                + " one is complete, compared with it, and on stable media; broken off at any"
                + " moment, it can be called again. Run it as the user that runs the server.");
    return migrate;
  }

  private static OptionSpec option(String name, String value, String description) {
    return OptionSpec.builder(name)
        .type(String.class)
        .paramLabel(value)
        .description(description)
        .build();
  }

  @Override
  public void run(ParseResult arguments, Terminal terminal) throws ToolException {
    if (arguments.hasMatchedOption(TARGET_VERSION) || arguments.hasMatchedOption(FORCE)) {
      throw new ToolException(
          "--target-version and --force are etcdutl's, for versions of etcd's storage, of which"
              + " Cairn has none; to change the storage backend give --from and --to");
    }
    List<String> missing = new ArrayList<>();
    for (String name : List.of(DATA_DIR, FROM, TO)) {
      if (arguments.matchedOptionValue(name, "").isEmpty()) {
        missing.add('"' + name.substring(2) + '"');
      }
    }
    if (!missing.isEmpty()) {
      throw new ToolException("required flag(s) " + String.join(", ", missing) + " not set");
    }
    String from = arguments.matchedOptionValue(FROM, "");
    String to = arguments.matchedOptionValue(TO, "");
    String plugins = arguments.matchedOptionValue(PLUGINS_DIR, "");
    Path data = Path.of(arguments.matchedOptionValue(DATA_DIR, ""));
    ProgressLine progress = new ProgressLine(terminal.err(), new SystemTime());
    Migration migration =
        new Migration(
            data,
            backends,
            plugins.isEmpty() ? Optional.empty() : Optional.of(Path.of(plugins)),
            progress);
    String done = migration.run(from, to);
    terminal.out().println(done);
  }
}
