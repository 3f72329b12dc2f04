// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.conformancetests.report.CannotRunException;
import io.cairn.conformancetests.report.Examination;
import io.cairn.conformancetests.report.KitCommand;
import io.cairn.conformancetests.report.Options;
import io.cairn.conformancetests.report.Report;
import io.cairn.spi.storage.StorageBackend;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Examines a storage backend in a jar; its author writes no code for that. */
public final class StorageKit implements KitCommand {
  /** For the runner. */
  public StorageKit() {}

  @Override
  public String name() {
    return "storage";
  }

  @Override
  public String summary() {
    return "whether a storage backend keeps the contract io.cairn.spi.storage";
  }

  @Override
  public List<String> optionLines() {
    return List.of(
        "--jar PATH      the backend's jar, or a folder of jars; again for each library it needs",
        "--backend NAME  which backend, if the jars hold several");
  }

  @Override
  public Report run(Options options, PrintStream progress) throws CannotRunException {
    List<String> places = options.list("--jar");
    if (places.isEmpty()) {
      throw new CannotRunException("option '--jar' is needed: the backend's jar, or a folder");
    }
    StorageJars jars = StorageJars.open(places);
    String backend = jars.choose(options.find("--backend"));
    String names =
        jars.jars().stream()
            .map(Path::getFileName)
            .map(String::valueOf)
            .collect(Collectors.joining(", "));
    progress.println("examining the backend '" + backend + "' of " + names);
    List<Class<?>> suites = new ArrayList<>();
    suites.add(GivenStorageConformance.class);
    if (jars.backend(backend).descriptor().offers(StorageBackend.DURABLE)) {
      suites.add(GivenStorageCrashConformance.class);
    }
    return new Examination(StorageRules.CATALOGUE, "backend '" + backend + "'")
        .given(StorageFixture.class, () -> jars.backend(backend))
        .given(StorageJars.class, jars)
        .parameter("jars", names)
        .telling(progress::println)
        .run(suites);
  }
}
