// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.transport;

import io.cairn.conformancetests.report.CannotRunException;
import io.cairn.conformancetests.report.FixtureJars;
import io.cairn.conformancetests.report.KitCommand;
import io.cairn.conformancetests.report.Options;
import io.cairn.conformancetests.report.Report;
import java.io.PrintStream;
import java.util.List;

/** Examines a transport in a jar, by a fixture that stands there beside it. */
public final class TransportKit implements KitCommand {
  /** For the runner. */
  public TransportKit() {}

  @Override
  public String name() {
    return "transport";
  }

  @Override
  public String summary() {
    return "whether a transport keeps the contract io.cairn.spi.transport";
  }

  @Override
  public List<String> optionLines() {
    return FixtureJars.optionLines("transport");
  }

  @Override
  public Report run(Options options, PrintStream progress) throws CannotRunException {
    String name = options.require("--fixture");
    TransportFixture fixture = FixtureJars.load(options, TransportFixture.class);
    progress.println("examining the transport of '" + name + "'");
    return new TransportExamination("transport of '" + name + "'", fixture)
        .telling(progress::println)
        .run();
  }
}
