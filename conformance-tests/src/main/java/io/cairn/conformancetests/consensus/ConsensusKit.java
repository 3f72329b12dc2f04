// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.consensus;

import io.cairn.conformancetests.report.CannotRunException;
import io.cairn.conformancetests.report.FixtureJars;
import io.cairn.conformancetests.report.KitCommand;
import io.cairn.conformancetests.report.Options;
import io.cairn.conformancetests.report.Report;
import java.io.PrintStream;
import java.util.List;

/** Examines a consensus engine in a jar, by a fixture that stands there beside it. */
public final class ConsensusKit implements KitCommand {
  /** For the runner. */
  public ConsensusKit() {}

  @Override
  public String name() {
    return "consensus";
  }

  @Override
  public String summary() {
    return "whether a consensus engine keeps the contract io.cairn.spi.consensus";
  }

  @Override
  public List<String> optionLines() {
    return FixtureJars.optionLines("engine");
  }

  @Override
  public Report run(Options options, PrintStream progress) throws CannotRunException {
    String name = options.require("--fixture");
    ConsensusFixture fixture = FixtureJars.load(options, ConsensusFixture.class);
    progress.println("examining the engine of '" + name + "'");
    return new ConsensusExamination("engine of '" + name + "'", fixture)
        .telling(progress::println)
        .run();
  }
}
