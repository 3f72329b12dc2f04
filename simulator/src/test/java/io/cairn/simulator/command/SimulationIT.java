// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.conformancetests.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A batch of seeds, and planted bugs. {@code -Dcairn.simulation.seconds=n} sets how long the batch
 * takes, {@code -Dcairn.simulation.base=seed} which one it is; otherwise it is that of the run.
 */
final class SimulationIT {
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

  private PrintStream out() {
    return new PrintStream(shown, true, StandardCharsets.UTF_8);
  }

  private String text() {
    return shown.toString(StandardCharsets.UTF_8);
  }

  @Test
  void seedsKeepAllPromises() throws IOException, InterruptedException {
    String seconds = System.getProperty("cairn.simulation.seconds", "45");
    String base = System.getProperty("cairn.simulation.base", Long.toString(Seeds.baseOfThisRun()));

    int code = new CairnSim(out()).run(List.of("ci", seconds, base));

    assertThat(code).as(text()).isZero();
    assertThat(text()).contains("base seed").contains("simulated hours");
  }

  @Test
  void plantedBugsAreFound() throws IOException, InterruptedException {
    int code = new CairnSim(out()).run(List.of("mutants"));

    assertThat(code).as(text()).isZero();
    assertThat(text()).contains("canary");
  }
}
