// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.suite;

import io.cairn.simulator.check.Violation;
import io.cairn.simulator.history.HistoryText;
import io.cairn.simulator.run.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What somebody needs who has to find out why a run has failed. */
public final class Findings {
  private static final Path FOLDER = Path.of("target", "simulations");
  private static final int SHOWN = 5;

  private Findings() {}

  /**
   * Writes the schedule of a run that failed, its last events and what its clients saw into files
   * below {@code target/simulations} of the working directory, named by its seed.
   *
   * @return the same in short: the seed, the first promises that were broken, and where the files
   *     are
   */
  public static List<String> write(Outcome outcome) throws IOException {
    long seed = outcome.plan().seed();
    List<String> lines = new ArrayList<>();
    lines.add("FAILED seed " + seed);
    for (Violation violation : outcome.violations().stream().limit(SHOWN).toList()) {
      lines.add("  " + violation);
    }
    Files.createDirectories(FOLDER);
    Path schedule = FOLDER.resolve(seed + ".schedule");
    Files.write(schedule, outcome.plan().format());
    Files.write(FOLDER.resolve(seed + ".trace"), outcome.trace());
    Files.write(FOLDER.resolve(seed + ".history"), HistoryText.format(outcome.history()));
    lines.add("  see " + schedule + ", and .trace and .history beside it");
    return lines;
  }
}
