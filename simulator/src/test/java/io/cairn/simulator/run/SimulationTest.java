// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.simulator.RunSeeds;
import io.cairn.simulator.command.CairnSim;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole clusters under faults. */
final class SimulationTest {
  /** Few: the profile ci and the command {@code ci} run many. */
  static Stream<Long> seeds() {
    return RunSeeds.with(10);
  }

  static Stream<String> schedules() throws IOException, URISyntaxException {
    URL folder = SimulationTest.class.getResource("/schedules");
    assertThat(folder).isNotNull();
    try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
    }
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("seeds")
  void promisesHold(long seed) {
    Outcome outcome = Simulation.run(Swarm.plan(seed));

    assertThat(outcome.violations()).as("seed %s", seed).isEmpty();
  }

  /** Each was once a failure; docs/found-bugs.md says of what. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("schedules")
  void formerFailuresStayFixed(String name) throws IOException, URISyntaxException {
    URL file = SimulationTest.class.getResource("/schedules/" + name);
    assertThat(file).isNotNull();

    Outcome outcome = Simulation.run(Plan.parse(Files.readAllLines(Path.of(file.toURI()))));

    assertThat(outcome.violations()).isEmpty();
  }

  @Test
  void aPlanSurvivesBeingWrittenAndRead() {
    for (long seed = 1; seed <= 50; seed++) {
      Plan plan = Swarm.plan(seed);

      assertThat(Plan.parse(plan.format())).isEqualTo(plan);
    }
  }

  /** What a hash map or an address decides differs between processes, not within one. */
  @Test
  void aSeedIsTheSameRunInAnotherProcess() throws IOException, InterruptedException {
    List<String> seeds = List.of("3", "5", "9");
    List<String> here = new ArrayList<>();
    for (String seed : seeds) {
      long hash = Simulation.run(Swarm.plan(Long.parseLong(seed))).hash();
      here.add(seed + " " + Long.toHexString(hash));
    }

    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            CairnSim.class.getName(),
            "hash"));
    command.addAll(seeds);
    Process other = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(other.waitFor()).as(output).isZero();
    assertThat(output.lines().toList()).isEqualTo(here);
  }

  @Test
  void aPlanIsMadeSmallerWhileItStillFails() {
    Plan plan = Swarm.plan(20);
    Fault.Timed culprit = plan.faults().get(plan.faults().size() / 2);

    Plan smallest =
        Minimizer.minimize(
            plan, candidate -> candidate.faults().contains(culprit), 10_000, _ -> {});

    assertThat(smallest.faults()).containsExactly(culprit);
    assertThat(smallest.clients()).isEqualTo(1);
    assertThat(smallest.watchers()).isZero();
  }
}
