// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import io.cairn.benchmarks.Trial.Settings;
import io.cairn.benchmarks.load.Workload;
import io.cairn.benchmarks.load.Workload.Operation;
import io.cairn.benchmarks.program.CommandLine;
import io.cairn.benchmarks.program.CommandLine.Option;
import io.cairn.benchmarks.program.Json;
import io.cairn.benchmarks.program.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A program that measures Cairn and etcd side by side and prints ratios. Both get the same flags
 * and a fresh data directory each time, and never run at the same time; what is compared was
 * measured one after the other, so that both saw the same state of the machine.
 */
public final class Comparison {
  private static final List<Option> OPTIONS =
      List.of(
          new Option("cairn", "PROGRAM", cairnProgram(), "Cairn's server"),
          new Option("etcd", "PROGRAM", "etcd", "etcd's server, a file or a name on the PATH"),
          new Option("cairn-args", "FLAGS", "", "more flags for Cairn, divided by spaces"),
          new Option("etcd-args", "FLAGS", "", "more flags for etcd"),
          new Option(
              "backends", "NAME,...", "", "Cairn on each of these, relative to the first of them"),
          new Option("members", "N", "1", "members of each server; they are a cluster if several"),
          new Option("rows", "ROW,...", "all below", "what to measure"),
          new Option("repetitions", "N", "3", "how often"),
          new Option("starts", "N", "10", "how often the rows 'start' and 'first'"),
          new Option("seconds", "S", "3", "how long each load is measured"),
          new Option("warm-up", "S", "4", "how long a started server is warmed"),
          new Option("keys", "N", "100000", "how many keys the loads use"),
          new Option("many-keys", "N", "1000000", "how many keys 'memory' to 'page' use"),
          new Option("folder", "PATH", System.getProperty("java.io.tmpdir"), "where data is put"),
          new Option("json", "FILE", "", "write all figures there, too"),
          new Option("help", "", "", "show this"));
  private static final int MEMBERS_MAX = 9;
  private static final List<Trial> ONCE_PER_REPETITION =
      List.of(new ServingTrial(), new ManyKeysTrial(), new SlowDiskTrial(), new JoinTrial());

  /** Who is measured: etcd, and Cairn, once or on several backends. */
  private final List<Contender> contenders;

  private final Contender etcd;
  private final Settings settings;
  private final Results results = new Results();
  private final BackendResults byBackend;
  private int turns;

  private Comparison(Contender etcd, List<Contender> cairns, Settings settings) {
    this.contenders = new ArrayList<>(List.of(etcd));
    this.contenders.addAll(cairns);
    this.etcd = etcd;
    this.settings = settings;
    this.byBackend = new BackendResults(cairns.getFirst().name(), etcd.name());
  }

  /** Exit status: 1 when a server fails, 2 when the options are wrong. */
  public static void main(String[] arguments) throws InterruptedException {
    int status = 0;
    try {
      run(CommandLine.parse(OPTIONS, List.of(arguments)), List.of(arguments));
    } catch (UsageException e) {
      System.err.println(e.getMessage());
      status = 2;
    } catch (IOException e) {
      System.err.println("the comparison has failed: " + e.getMessage());
      status = 1;
    }
    System.exit(status);
  }

  private static void run(CommandLine line, List<String> arguments)
      throws UsageException, IOException, InterruptedException {
    if (line.isSet("help")) {
      System.out.print(
          "Measures Cairn and etcd side by side.\n\n"
              + CommandLine.usage(OPTIONS)
              + "\nAll rows: "
              + Row.USUAL
              + "\nof a cluster: "
              + Row.OF_CLUSTERS
              + "\nA number behind a colon is how many requests are in flight.\n");
      return;
    }
    Contender cairn = contender(line, "cairn", "build it: mvn -q -DskipTests package");
    Contender etcd = contender(line, "etcd", "install Debian's etcd-server, or name the program");
    Path folder = Path.of(line.text("folder"));
    if (!Files.isDirectory(folder)) {
      throw new UsageException("there is no folder '" + folder + "'");
    }
    int members = line.integer("members", 1, MEMBERS_MAX);
    String usual = members == 1 ? Row.USUAL : Row.OF_CLUSTERS;
    List<Row> rows =
        Row.parse(line.isSet("rows") ? line.list("rows") : List.of(usual.split(",", -1)));
    List<String> remarks = new ArrayList<>();
    if (!new SlowDiskTrial().of(rows).isEmpty() && Contender.find("strace").isEmpty()) {
      remarks.add("'slowdisk', which needs strace (Debian: apt-get install strace)");
      System.err.println("left out: " + remarks.getLast());
      rows = rows.stream().filter(row -> row.kind() != Row.Kind.SLOWDISK).toList();
    }
    Settings settings =
        new Settings(
            line.decimal("seconds", 0.1),
            line.decimal("warm-up", 0.1),
            line.integer("keys", 1_000, Workload.KEYS_MAX - 1),
            line.integer("many-keys", 10_000, Workload.KEYS_MAX - 1),
            members,
            folder);
    int repetitions = line.integer("repetitions", 1, 1_000);
    int starts = line.integer("starts", 1, 1_000);
    Map<String, String> circumstances = new LinkedHashMap<>();
    circumstances.put("Date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    circumstances.put("Command", "`benchmarks/compare " + String.join(" ", arguments) + "`");
    circumstances.put("Members of each server", Integer.toString(members));
    circumstances.put("Machine", Machine.here(folder).line());
    circumstances.put("Cairn", cairn.version());
    circumstances.put("etcd", etcd.version());
    circumstances.put("Load of the machine before", Machine.load());
    boolean backends = line.isSet("backends");
    List<Contender> cairns = backends ? onEach(cairn, line.list("backends")) : List.of(cairn);
    Comparison comparison = new Comparison(etcd, cairns, settings);
    comparison.run(rows, repetitions, starts);
    circumstances.put("Load of the machine after", Machine.load());
    Report report = new Report(circumstances, remarks, comparison.results);
    System.out.print(
        backends ? report.heading() + comparison.byBackend.markdown() : report.markdown());
    if (!line.text("json").isEmpty()) {
      Map<String, Object> json = report.json();
      if (backends) {
        json.put("backends", comparison.byBackend.json());
      }
      Files.writeString(Path.of(line.text("json")), Json.write(json));
    }
  }

  private static List<Contender> onEach(Contender cairn, List<String> backends)
      throws UsageException {
    if (cairn.arguments().contains("--backend")) {
      throw new UsageException("--backends says which; leave --backend out of --cairn-args");
    }
    List<Contender> all = new ArrayList<>();
    for (String backend : backends) {
      List<String> arguments = new ArrayList<>(cairn.arguments());
      arguments.addAll(List.of("--backend", backend));
      all.add(new Contender(backend, cairn.program(), List.copyOf(arguments)));
    }
    return all;
  }

  private void run(List<Row> rows, int repetitions, int starts)
      throws IOException, InterruptedException {
    warmGenerator();
    repeat(new FreshStartTrial(), rows, starts);
    for (int i = 0; i < repetitions; i++) {
      for (Trial trial : ONCE_PER_REPETITION) {
        repeat(trial, rows, 1);
      }
    }
  }

  /** All servers, one after the other; who is first changes from time to time. */
  private void repeat(Trial trial, List<Row> rows, int times)
      throws IOException, InterruptedException {
    List<Row> own = trial.of(rows);
    for (int i = 0; i < times && !own.isEmpty(); i++) {
      int first = turns++ % contenders.size();
      for (int j = 0; j < contenders.size(); j++) {
        measure(trial, own, contenders.get((first + j) % contenders.size()));
      }
    }
  }

  private void measure(Trial trial, List<Row> rows, Contender contender)
      throws IOException, InterruptedException {
    trial.run(
        contender,
        rows,
        settings,
        (row, sample) -> {
          if (contenders.size() == 2) {
            results.add(!contender.equals(etcd), row, sample);
          }
          byBackend.add(contender.name(), row, sample);
          System.err.printf(
              Locale.ROOT,
              "%-8s %-18s %9s %s%n",
              contender.name(),
              row.name(),
              Report.figure(sample.value()),
              row.kind().unit().label());
        });
  }

  /** Lets the JVM compile the generator, so that the first row is measured like the last. */
  private void warmGenerator() throws IOException, InterruptedException {
    System.err.println("warming the load generator");
    double seconds = settings.warmSeconds() / 4;
    try (ServerProcess server = ServerProcess.prepare(etcd, settings)) {
      server.start();
      Trial.fill(server, 1_000);
      server.load(Workload.of(Operation.PUT, 64, 1_000), 0, seconds);
      server.load(Workload.of(Operation.SGET, 256, 1_000), 0, seconds);
      server.load(Workload.of(Operation.RANGE, 16, 1_000).withRange(100), 0, seconds);
      server.load(Workload.of(Operation.PUT, 16, 1_000).watchedBy(50, 4), 0, seconds);
      server.stop();
    }
  }

  private static String cairnProgram() {
    // The launcher knows where it is, and may be called from anywhere.
    return System.getProperty("io.cairn.benchmarks.cairn", "distribution/target/cairn/bin/cairn");
  }

  private static Contender contender(CommandLine line, String name, String remedy)
      throws UsageException {
    String program = line.text(name);
    Path file =
        Contender.find(program)
            .orElseThrow(() -> new UsageException("no program '" + program + "'; " + remedy));
    String flags = line.text(name + "-args").strip();
    return new Contender(
        name, file, flags.isEmpty() ? List.of() : List.of(flags.split("\\s+", -1)));
  }
}
