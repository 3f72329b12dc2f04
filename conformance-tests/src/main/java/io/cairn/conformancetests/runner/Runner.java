// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.runner;

import io.cairn.conformancetests.report.CannotRunException;
import io.cairn.conformancetests.report.KitCommand;
import io.cairn.conformancetests.report.Level;
import io.cairn.conformancetests.report.Options;
import io.cairn.conformancetests.report.Report;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Chooses a kit, and does for it what is the same for all. */
final class Runner {
  private static final int USAGE = 2;
  private static final List<String> COMMON =
      List.of(
          "--level LEVEL  smoke (half a minute, the default) or full (five minutes)",
          "--seed NUMBER  repeat the random tests with the seed that a report names",
          "--json FILE    write the report for programs",
          "--html FILE    write the report for people");

  /** Seams that have no plugin to examine yet. */
  private static final List<String> NOT_OFFERED = List.of("auth", "tls");

  private final List<KitCommand> commands;
  private final PrintStream out;
  private final PrintStream err;

  Runner(List<KitCommand> commands, PrintStream out, PrintStream err) {
    this.commands = commands;
    this.out = out;
    this.err = err;
  }

  int run(List<String> arguments) {
    if (arguments.isEmpty() || arguments.contains("--help") || arguments.contains("-h")) {
      (arguments.isEmpty() ? err : out).print(usage());
      return arguments.isEmpty() ? USAGE : 0;
    }
    try {
      KitCommand command = command(arguments.getFirst());
      Options options = Options.parse(arguments.subList(1, arguments.size()));
      options.requireOnly(names(command));
      prepare(options);
      Report report = command.run(options, err);
      out.print(report.toText());
      write(options.find("--json"), report.toJson());
      write(options.find("--html"), report.toHtml());
      return report.exitCode();
    } catch (CannotRunException e) {
      err.println(e.getMessage());
      return USAGE;
    }
  }

  private KitCommand command(String name) throws CannotRunException {
    if (NOT_OFFERED.contains(name)) {
      throw new CannotRunException("kit '" + name + "' is not offered yet: the seam has no plugin");
    }
    return commands.stream()
        .filter(command -> command.name().equals(name))
        .findAny()
        .orElseThrow(() ->
            new CannotRunException(
                "no kit '"
                    + name
                    + "'; there are "
                    + commands.stream().map(KitCommand::name).toList()));
  }

  private static Set<String> names(KitCommand command) {
    Set<String> names = new LinkedHashSet<>();
    command.optionLines().forEach(line -> names.add(firstWord(line)));
    COMMON.forEach(line -> names.add(firstWord(line)));
    return names;
  }

  private static String firstWord(String line) {
    return line.split(" ", 2)[0];
  }

  /** Suites, and the processes they start, read these where they need them. */
  private static void prepare(Options options) throws CannotRunException {
    Optional<String> level = options.find("--level");
    if (level.isPresent()) {
      if (Level.parse(level.get()).isEmpty()) {
        throw new CannotRunException(
            "option '--level' is 'smoke' or 'full', not '" + level.get() + "'");
      }
      System.setProperty(Level.PROPERTY, level.get());
    }
    Optional<String> seed = options.find("--seed");
    if (seed.isPresent()) {
      try {
        Long.decode(seed.get());
      } catch (NumberFormatException e) {
        throw new CannotRunException("option '--seed' is a number, not '" + seed.get() + "'", e);
      }
      System.setProperty("cairn.seed", seed.get());
    }
  }

  private static void write(Optional<String> file, String content) throws CannotRunException {
    if (file.isEmpty()) {
      return;
    }
    try {
      Path path = Path.of(file.get()).toAbsolutePath();
      Path parent = path.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.writeString(path, content);
    } catch (IOException e) {
      throw new CannotRunException("cannot write the report to '" + file.get() + "': " + e, e);
    }
  }

  private String usage() {
    StringBuilder text = new StringBuilder("usage: cairn-conformance KIT [OPTION VALUE]...\n");
    for (KitCommand command : commands) {
      text.append('\n').append(command.name()).append(": ").append(command.summary()).append('\n');
      command.optionLines().forEach(line -> text.append("  ").append(line).append('\n'));
    }
    text.append("\nnot offered yet: ").append(String.join(", ", NOT_OFFERED)).append('\n');
    text.append("\nevery kit:\n");
    COMMON.forEach(line -> text.append("  ").append(line).append('\n'));
    return text.append("\nexit code: 0 conformant, 1 not, 2 nothing was examined\n").toString();
  }
}
