// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The tool for files: those of a stopped member, and backups.
 *
 * <p>Commands are recognized by any unambiguous beginning of their names; errors are one line,
 * {@code Error: <text>}, on the error stream, and etcdutl's exit codes.
 */
public final class Cairnutl {
  static final String NAME = "cairnutl";

  /** A command, which its specification carries along. */
  interface Command {
    void run(ParseResult arguments, Terminal terminal) throws ToolException;
  }

  private static final String WRITE_OUT = "--write-out";

  private final BackendSource backends;
  private final ClusterFounding founding;
  private final Terminal terminal;

  /** The tool of a distribution that has {@code backends} and begins clusters like that. */
  public Cairnutl(BackendSource backends, ClusterFounding founding, Terminal terminal) {
    this.backends = backends;
    this.founding = founding;
    this.terminal = terminal;
  }

  /** Does what the arguments say; returns the exit code. */
  public int run(List<String> arguments) {
    CommandSpec root = CommandSpec.wrapWithoutInspection(this).name(NAME);
    root.usageMessage().description("Works on the files of a stopped member, and on backups.");
    root.mixinStandardHelpOptions(false).addOption(help());
    root.addOption(writeOut());
    root.addSubcommand("migrate", MigrateCommand.specification(backends).addOption(help()));
    CommandSpec snapshot = SnapshotArguments.group().addOption(help());
    snapshot.addSubcommand("status", SnapshotStatusCommand.specification().addOption(help()));
    snapshot.addSubcommand(
        "restore", SnapshotRestoreCommand.specification(backends, founding).addOption(help()));
    root.addSubcommand("snapshot", snapshot);
    CommandLine line = new CommandLine(root).setAbbreviatedSubcommandsAllowed(true);
    try {
      return execute(line.parseArgs(arguments.toArray(String[]::new)));
    } catch (ParameterException e) {
      String command = e.getCommandLine().getCommandSpec().qualifiedName();
      terminal.err().println("Error: " + message(e, command));
      terminal.err().println("Run '" + command + " --help' for usage.");
      return 1;
    } catch (ToolException e) {
      terminal.err().println("Error: " + e.getMessage());
      return e.exitCode();
    }
  }

  private int execute(ParseResult parsed) throws ToolException {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    if (last.isUsageHelpRequested()
        || !(last.commandSpec().userObject() instanceof Command command)) {
      last.commandSpec().commandLine().usage(terminal.out());
      return 0;
    }
    command.run(last, terminal);
    return 0;
  }

  /** The form of output that the command was called with. */
  static String writeOut(ParseResult arguments) {
    String given = arguments.commandSpec().findOption(WRITE_OUT).getValue();
    return given == null ? "simple" : given;
  }

  private static CommandLine.Model.OptionSpec writeOut() {
    return CommandLine.Model.OptionSpec.builder("-w", WRITE_OUT)
        .type(String.class)
        .paramLabel("FORMAT")
        .scopeType(CommandLine.ScopeType.INHERIT)
        .description("simple, fields, json or table, where a command prints something.")
        .build();
  }

  private static CommandLine.Model.OptionSpec help() {
    return CommandLine.Model.OptionSpec.builder("-h", "--help")
        .usageHelp(true)
        .description("Show this.")
        .build();
  }

  /** The words that scripts for etcd's tools look for. */
  private static String message(ParameterException wrong, String command) {
    return switch (wrong) {
      case UnmatchedArgumentException unmatched -> unmatched(unmatched.getUnmatched(), command);
      case MissingParameterException missing
          when missing.getMissing().getFirst() instanceof CommandLine.Model.OptionSpec option ->
          "flag needs an argument: " + option.longestName();
      default -> String.valueOf(wrong.getMessage()).lines().collect(Collectors.joining(" "));
    };
  }

  private static String unmatched(List<String> arguments, String command) {
    String first = arguments.getFirst();
    if (first.startsWith("-")) {
      return "unknown flag: " + first;
    }
    return command.equals(NAME) || command.equals(NAME + " snapshot")
        ? "unknown command \"%s\" for \"%s\"".formatted(first, command)
        : "unexpected argument \"%s\" for \"%s\"".formatted(first, command);
  }
}
