// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Plants bugs, one at a time, into copies of sources, and looks whether the simulator finds them. A
 * bug that survives means that a check, a fault or a generator is missing.
 *
 * <p>A bug is a patch file in {@code simulator/src/mutants}; its first lines say how many seeds it
 * may take. A patch that no longer fits the sources is a failure, too. The copies are compiled into
 * a folder that a process of its own has in front of its class path.
 */
final class Mutants {
  /** Bugs that cost at most so many seeds are for every run. */
  private static final int CHEAP_SEEDS = 500;

  /** And of those only what was found quickly before: a run waits for it. */
  private static final int QUICK_SEEDS = 60;

  private static final int RANGES = 3;

  private final PrintStream out;
  private final Path root;

  Mutants(PrintStream out) {
    this.out = out;
    this.root = root();
  }

  /**
   * A planted bug.
   *
   * @param foundIn by how many seeds it has been found before; 0 if it never was
   */
  private record Mutant(String name, int seeds, int foundIn, List<String> patch) {
    boolean isQuick() {
      return seeds <= CHEAP_SEEDS && foundIn > 0 && foundIn <= QUICK_SEEDS;
    }
  }

  /**
   * Plants bugs.
   *
   * @param names those whose names begin like one of these, over one range of seeds; {@code --all}
   *     for every one over three ranges; nothing for the canary and two others
   */
  int run(List<String> names) throws IOException, InterruptedException {
    boolean all = names.contains("--all");
    List<Mutant> mutants = readAll();
    List<Mutant> chosen =
        all || names.isEmpty()
            ? choose(all, mutants)
            : mutants.stream()
                .filter(mutant -> names.stream().anyMatch(mutant.name()::startsWith))
                .toList();
    int survivors = 0;
    for (Mutant mutant : chosen) {
      Path classes = compile(mutant);
      for (int range = 0; range < (all ? RANGES : 1); range++) {
        long from = 1 + 1_000_000L * range;
        String found = hunt(classes, from, from + mutant.seeds() - 1);
        out.println(mutant.name() + ": " + found);
        survivors += found.startsWith("found") ? 0 : 1;
      }
    }
    out.println(survivors + " of " + chosen.size() + " survived");
    return survivors == 0 ? 0 : 1;
  }

  private List<Mutant> choose(boolean all, List<Mutant> mutants) throws IOException {
    if (all) {
      return mutants;
    }
    List<Mutant> cheap = new ArrayList<>();
    List<Mutant> chosen = new ArrayList<>();
    for (Mutant mutant : mutants) {
      if (mutant.name().startsWith("canary")) {
        chosen.add(mutant);
      } else if (mutant.isQuick()) {
        cheap.add(mutant);
      }
    }
    // Others for every commit, the same for everybody who runs that commit.
    int first = Math.floorMod(commit().hashCode(), Math.max(1, cheap.size()));
    for (int i = 0; i < Math.min(2, cheap.size()); i++) {
      chosen.add(cheap.get((first + i) % cheap.size()));
    }
    return chosen;
  }

  /** The commit that the sources are of, or nothing where they are of none. */
  private String commit() throws IOException {
    Path git = root.resolve(".git");
    if (Files.isRegularFile(git)) {
      // A further working tree, whose file says where its own part of the repository is.
      git = root.resolve(Files.readString(git).substring("gitdir:".length()).strip());
    }
    Path head = git.resolve("HEAD");
    if (!Files.exists(head)) {
      return "";
    }
    String named = Files.readString(head).strip();
    if (!named.startsWith("ref:")) {
      return named;
    }
    String ref = named.substring("ref:".length()).strip();
    Path common = git.resolve("commondir");
    Path shared = Files.exists(common) ? git.resolve(Files.readString(common).strip()) : git;
    Path loose = shared.resolve(ref);
    // A reference that is packed with others changes rarely: its name will do.
    return Files.exists(loose) ? Files.readString(loose).strip() : named;
  }

  private static Path root() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isDirectory(at.resolve(".mvn"))) {
        return at;
      }
    }
    throw new IllegalArgumentException("mutants need the sources: no folder '.mvn' here or above");
  }

  private List<Mutant> readAll() throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.list(root.resolve("simulator/src/mutants"))) {
      files = found.filter(file -> file.toString().endsWith(".patch")).sorted().toList();
    }
    List<Mutant> mutants = new ArrayList<>();
    for (Path file : files) {
      List<String> lines = Files.readAllLines(file);
      int seeds = number(lines, "seeds ");
      if (seeds == 0) {
        throw new IllegalArgumentException(file + " does not say 'seeds'");
      }
      mutants.add(
          new Mutant(
              file.getFileName().toString().replace(".patch", ""),
              seeds,
              number(lines, "found in "),
              lines));
    }
    return mutants;
  }

  /** The number in the line that begins like this, or 0. */
  private static int number(List<String> lines, String beginning) {
    return lines.stream()
        .filter(line -> line.startsWith(beginning))
        .mapToInt(line -> Integer.parseInt(line.substring(beginning.length()).split(" ", -1)[0]))
        .findFirst()
        .orElse(0);
  }

  /** The changed sources, compiled. */
  private Path compile(Mutant mutant) throws IOException {
    Path folder = root.resolve("simulator/target/mutants").resolve(mutant.name());
    Path sources = folder.resolve("sources");
    Path classes = Files.createDirectories(folder.resolve("classes"));
    List<Path> changed = new ArrayList<>();
    for (Map.Entry<String, String> file : apply(mutant).entrySet()) {
      Path copy = sources.resolve(file.getKey());
      Files.createDirectories(copy.getParent());
      Files.writeString(copy, file.getValue());
      changed.add(copy);
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      List<String> options =
          List.of(
              "-proc:none",
              "-nowarn",
              "-parameters",
              "-d",
              classes.toString(),
              "-classpath",
              System.getProperty("java.class.path"));
      boolean done =
          compiler
              .getTask(null, files, null, options, null, files.getJavaFileObjectsFromPaths(changed))
              .call();
      if (!done) {
        throw new IllegalArgumentException(mutant.name() + " does not compile");
      }
    }
    return classes;
  }

  /** The texts of the files that a patch changes, by path. */
  private Map<String, String> apply(Mutant mutant) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    String path = "";
    List<String> before = new ArrayList<>();
    List<String> after = new ArrayList<>();
    List<String> lines = new ArrayList<>(mutant.patch());
    lines.add("@@");
    boolean inHunk = false;
    for (String line : lines) {
      if (line.startsWith("@@") || line.startsWith("--- ")) {
        if (inHunk) {
          texts.put(path, replaced(mutant, path, texts, before, after));
          before.clear();
          after.clear();
        }
        inHunk = line.startsWith("@@");
      } else if (line.startsWith("+++ ")) {
        path = line.substring("+++ b/".length()).strip();
        inHunk = false;
      } else if (inHunk) {
        char sign = line.isEmpty() ? ' ' : line.charAt(0);
        String text = line.isEmpty() ? "" : line.substring(1);
        if (sign != '+') {
          before.add(text);
        }
        if (sign != '-') {
          after.add(text);
        }
      }
    }
    return texts;
  }

  private String replaced(
      Mutant mutant,
      String path,
      Map<String, String> texts,
      List<String> before,
      List<String> after)
      throws IOException {
    String known = texts.get(path);
    String text = known == null ? Files.readString(root.resolve(path)) : known;
    String from = String.join("\n", before);
    int at = text.indexOf(from);
    if (before.isEmpty() || at < 0 || text.indexOf(from, at + 1) >= 0) {
      throw new IllegalArgumentException(
          "the patch of '"
              + mutant.name()
              + "' does not fit '"
              + path
              + "' in exactly one place; bring it up to date");
    }
    return text.substring(0, at) + String.join("\n", after) + text.substring(at + from.length());
  }

  private static String hunt(Path classes, long from, long to)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classes
                    + System.getProperty("path.separator")
                    + System.getProperty("java.class.path"),
                CairnSim.class.getName(),
                "hunt",
                Long.toString(from),
                Long.toString(to))
            .redirectErrorStream(true)
            .start();
    String last = "no answer";
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        last = line.length() > 300 ? line.substring(0, 300) : line;
      }
    }
    process.waitFor();
    return last;
  }
}
