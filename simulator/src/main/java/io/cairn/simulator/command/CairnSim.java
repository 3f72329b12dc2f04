// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.command;

import io.cairn.simulator.check.Checks;
import io.cairn.simulator.check.Violation;
import io.cairn.simulator.cluster.SimulatedCluster;
import io.cairn.simulator.core.Explorer;
import io.cairn.simulator.core.RandomCluster;
import io.cairn.simulator.history.HistoryText;
import io.cairn.simulator.run.Batch;
import io.cairn.simulator.run.Minimizer;
import io.cairn.simulator.run.Outcome;
import io.cairn.simulator.run.Plan;
import io.cairn.simulator.run.Simulation;
import io.cairn.simulator.run.Swarm;
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
 */
public final class CairnSim {
  private static final int SEARCH_STEPS = 5_000_000;
  private static final int MINIMIZER_RUNS = 400;
  private static final int CORES_FIRST = 300;
  private static final long STATES_MAX = 500_000;

  /** How often a long batch says how far it is. */
  private static final long PROGRESS_NANOS = 300_000_000_000L;

  private final PrintStream out;

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

  int run(List<String> args) throws IOException, InterruptedException {
    String command = args.isEmpty() ? "" : args.getFirst();
    return switch (command) {
      case "ci" -> batch(args.size() > 1 ? number(args, 1) : 60, base(args, 2), true);
      case "soak" -> batch(60 * number(args, 1), base(args, 2), true);
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

  private int batch(long seconds, long base, boolean mustReach) throws IOException {
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
      Outcome outcome = Simulation.run(Swarm.plan(seed));
      batch.add(outcome, cpuNanos() - cpu);
      if (!outcome.isGood()) {
        fail(outcome);
      }
    }
    batch.report(processNanos() - process).forEach(out::println);
    boolean enough = !mustReach || batch.runs() < 200 || batch.unreached().isEmpty();
    boolean decided = !batch.leavesTooMuchUndecided();
    return batch.failures().isEmpty() && enough && decided ? 0 : 1;
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long processNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }

  /** What somebody needs who has to find the cause. */
  private void fail(Outcome outcome) throws IOException {
    long seed = outcome.plan().seed();
    out.println("FAILED seed " + seed);
    for (Violation violation : outcome.violations().stream().limit(5).toList()) {
      out.println("  " + violation);
    }
    Path folder = Files.createDirectories(Path.of("target", "simulations"));
    Path schedule = folder.resolve(seed + ".schedule");
    Files.write(schedule, outcome.plan().format());
    Files.write(folder.resolve(seed + ".trace"), outcome.trace());
    Files.write(folder.resolve(seed + ".history"), HistoryText.format(outcome.history()));
    out.println("  see " + schedule + ", and .trace and .history beside it");
  }

  private int replay(Plan plan, boolean trace) throws IOException {
    Outcome outcome = Simulation.run(plan);
    if (trace) {
      outcome.trace().forEach(out::println);
    }
    outcome
        .reached()
        .forEach((situation, times) -> out.println("  %-45s %d".formatted(situation, times)));
    out.println("hash " + Long.toHexString(outcome.hash()) + ", events " + outcome.events());
    if (!outcome.isGood()) {
      fail(outcome);
      return 1;
    }
    return 0;
  }

  private int minimize(Plan plan, Path into) throws IOException {
    Outcome outcome = Simulation.run(plan);
    if (outcome.isGood()) {
      out.println("it does not fail");
      return 2;
    }
    String promise = outcome.violations().getFirst().promise();
    Plan smallest = Minimizer.minimize(plan, promise, MINIMIZER_RUNS, out::println);
    List<String> lines = new ArrayList<>(smallest.format());
    lines.addFirst("// breaks " + outcome.violations().getFirst().promise());
    Files.write(into, lines);
    out.println(smallest.faults().size() + " faults are left, in " + into);
    return 0;
  }

  private int hashes(List<String> seeds) {
    for (String seed : seeds) {
      Outcome outcome = Simulation.run(Swarm.plan(Long.parseLong(seed)));
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
      Outcome outcome = Simulation.run(Swarm.plan(seed));
      if (!outcome.isGood()) {
        out.println("found " + seed + " " + outcome.violations().getFirst());
        return 1;
      }
    }
    out.println("survived " + from + " to " + to);
    return 0;
  }
}
