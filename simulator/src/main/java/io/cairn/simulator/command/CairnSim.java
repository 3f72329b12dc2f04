// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.command;

import io.cairn.simulator.check.Checks;
import io.cairn.simulator.cluster.SimulatedCluster;
import io.cairn.simulator.core.Explorer;
import io.cairn.simulator.core.RandomCluster;
import io.cairn.simulator.history.HistoryText;
import io.cairn.simulator.run.Batch;
import io.cairn.simulator.run.Minimizer;
import io.cairn.simulator.run.Outcome;
import io.cairn.simulator.run.Plan;
import io.cairn.simulator.run.Swarm;
import io.cairn.simulator.suite.Findings;
import io.cairn.spi.environment.InvariantViolation;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * The commands of the simulator.
 *
 * <pre>
 * ci [seconds [base]]            fresh seeds for so long, 60 s if not said; the base repeats a batch
 * soak minutes [base]            the same for long
 * replay seed|schedule [--trace] runs one, and says what it did
 * minimize seed|schedule file    makes one smaller while it still fails, into a file
 * hash seed...                   the hashes of runs, for comparing builds and machines
 * check history                  checks a history that was recorded anywhere
 * explore [states]               every order of events in small clusters of cores
 * mutants [--all|name...]        plants bugs, one at a time, and looks whether they are found
 * hunt from to                   stops at the first seed that fails; what mutants does in a process
 * </pre>
 *
 * <p>With {@code --jar PATH} (again for each that is needed), {@code --backend NAME} (again for
 * members that take turns) and {@code --fixture CLASS} the members of {@code ci, soak, replay,
 * minimize, hash} and {@code hunt} are made of the storage backend and the consensus engine that
 * are found there, as the conformance kits find them.
 */
public final class CairnSim {
  private static final int SEARCH_STEPS = 5_000_000;
  private static final int MINIMIZER_RUNS = 400;
  private static final int CORES_FIRST = 300;
  private static final long STATES_MAX = 500_000;

  /** How often a long batch says how far it is. */
  private static final long PROGRESS_NANOS = 300_000_000_000L;

  private final PrintStream out;
  private ChosenParts parts = ChosenParts.parse(List.of());

  CairnSim(PrintStream out) {
    this.out = out;
  }

  /** Runs a command; the exit code is 0 if nothing is wrong, 1 if something is, 2 for a mistake. */
  public static void main(String[] args) throws IOException, InterruptedException {
    int code;
    try {
      code = new CairnSim(System.out).run(List.of(args));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      code = 2;
    }
    System.exit(code);
  }

  int run(List<String> all) throws IOException, InterruptedException {
    parts = ChosenParts.parse(all);
    List<String> args = parts.words();
    String command = args.isEmpty() ? "" : args.getFirst();
    return switch (command) {
      case "ci" -> batch(args.size() > 1 ? number(args, 1) : 60, base(args, 2));
      case "soak" -> batch(60 * number(args, 1), base(args, 2));
      case "replay" -> replay(plan(word(args, 1)), args.contains("--trace"));
      case "minimize" -> minimize(plan(word(args, 1)), Path.of(word(args, 2)));
      case "hash" -> hashes(args.subList(1, args.size()));
      case "check" -> check(Path.of(word(args, 1)));
      case "explore" -> explore(args.size() > 1 ? number(args, 1) : STATES_MAX);
      case "mutants" -> new Mutants(out).run(args.subList(1, args.size()));
      case "hunt" -> hunt(number(args, 1), number(args, 2));
      default ->
          throw new IllegalArgumentException(
              "no command '"
                  + command
                  + "'; there are [check, ci, explore, hash, hunt, minimize, mutants,"
                  + " replay, soak]");
    };
  }

  private static String word(List<String> args, int at) {
    if (at >= args.size()) {
      throw new IllegalArgumentException("'" + args.getFirst() + "' needs " + at + " words more");
    }
    return args.get(at);
  }

  private static long number(List<String> args, int at) {
    return Long.parseLong(word(args, at));
  }

  private static long base(List<String> args, int at) {
    return args.size() > at ? number(args, at) : new SplittableRandom().nextLong(Long.MAX_VALUE);
  }

  private static Plan plan(String seedOrFile) throws IOException {
    return seedOrFile.matches("[0-9]+")
        ? Swarm.plan(Long.parseLong(seedOrFile))
        : Plan.parse(Files.readAllLines(Path.of(seedOrFile)));
  }

  private int batch(long seconds, long base) throws IOException {
    out.println("base seed " + base);
    SplittableRandom seeds = new SplittableRandom(base);
    Batch batch = new Batch();
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    long process = processNanos();
    long sayAt = System.nanoTime() + PROGRESS_NANOS;
    while (System.nanoTime() < end && batch.failures().size() < 10) {
      if (System.nanoTime() > sayAt) {
        sayAt += PROGRESS_NANOS;
        out.println(batch.summary());
      }
      long seed = seeds.nextLong(Long.MAX_VALUE);
      long cpu = cpuNanos();
      Outcome outcome = parts.run(Swarm.plan(seed));
      batch.add(outcome, cpuNanos() - cpu);
      if (!outcome.isGood()) {
        Findings.write(outcome).forEach(out::println);
      }
    }
    batch.report(processNanos() - process).forEach(out::println);
    // Some situations are Cairn's own, and real engines do not say what a crash has cost them.
    boolean enough = !parts.areOfCairn() || batch.runs() < 200 || batch.unreached().isEmpty();
    boolean decided = !batch.leavesTooMuchUndecided();
    return batch.failures().isEmpty() && enough && decided ? 0 : 1;
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long processNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }

  private int replay(Plan plan, boolean trace) throws IOException {
    Outcome outcome = parts.run(plan);
    if (trace) {
      outcome.trace().forEach(out::println);
    }
    outcome
        .reached()
        .forEach((situation, times) -> out.println("  %-45s %d".formatted(situation, times)));
    out.println("hash " + Long.toHexString(outcome.hash()) + ", events " + outcome.events());
    if (!outcome.isGood()) {
      Findings.write(outcome).forEach(out::println);
      return 1;
    }
    return 0;
  }

  private int minimize(Plan plan, Path into) throws IOException {
    Outcome outcome = parts.run(plan);
    if (outcome.isGood()) {
      out.println("it does not fail");
      return 2;
    }
    String promise = outcome.violations().getFirst().promise();
    Plan smallest = Minimizer.minimize(plan, parts::run, promise, MINIMIZER_RUNS, out::println);
    List<String> lines = new ArrayList<>(smallest.format());
    lines.addFirst("// breaks " + outcome.violations().getFirst().promise());
    Files.write(into, lines);
    out.println(smallest.faults().size() + " faults are left, in " + into);
    return 0;
  }

  private int hashes(List<String> seeds) {
    for (String seed : seeds) {
      Outcome outcome = parts.run(Swarm.plan(Long.parseLong(seed)));
      out.println(seed + " " + Long.toHexString(outcome.hash()));
    }
    return 0;
  }

  private int check(Path file) throws IOException {
    Checks.Found found =
        Checks.run(
            SimulatedCluster.CLUSTER_ID,
            HistoryText.parse(Files.readAllLines(file), SimulatedCluster.CLUSTER_ID),
            SEARCH_STEPS);
    found.violations().forEach(out::println);
    found
        .components()
        .forEach(component -> out.println(component.verdict() + " " + component.keys()));
    return found.violations().isEmpty() ? 0 : 1;
  }

  private int explore(long statesMax) {
    for (Explorer.Bounds bounds :
        Stream.concat(Explorer.SMALL.stream(), Explorer.LARGE.stream()).toList()) {
      out.println(bounds);
      try {
        out.println("  " + Explorer.explore(bounds, statesMax));
      } catch (InvariantViolation violation) {
        out.println("FAILED " + violation.getMessage());
        return 1;
      }
    }
    return 0;
  }

  private int hunt(long from, long to) {
    // Cores alone are a small part of what a seed plays; a look at some of them first is cheap.
    for (long seed = from; seed <= Math.min(to, from + CORES_FIRST - 1); seed++) {
      try {
        RandomCluster.play(seed);
      } catch (InvariantViolation violation) {
        out.println("found " + seed + " cores: " + violation.getMessage());
        return 1;
      }
    }
    for (long seed = from; seed <= to; seed++) {
      Outcome outcome = parts.run(Swarm.plan(seed));
      if (!outcome.isGood()) {
        out.println("found " + seed + " " + outcome.violations().getFirst());
        return 1;
      }
    }
    out.println("survived " + from + " to " + to);
    return 0;
  }
}
