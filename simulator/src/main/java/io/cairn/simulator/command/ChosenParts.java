// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.command;

import io.cairn.conformancetests.StorageJars;
import io.cairn.conformancetests.consensus.ConsensusFixture;
import io.cairn.conformancetests.report.CannotRunException;
import io.cairn.conformancetests.report.FixtureJars;
import io.cairn.conformancetests.report.Options;
import io.cairn.simulator.parts.Parts;
import io.cairn.simulator.run.Outcome;
import io.cairn.simulator.run.Plan;
import io.cairn.simulator.run.Simulation;
import io.cairn.spi.storage.StorageBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What members are made of, as a command says it: with the options of the conformance kits.
 *
 * @param words of the command, without these options
 * @param others what was chosen, if anything
 */
record ChosenParts(List<String> words, Optional<Parts> others) {
  private static final String JAR = "--jar";
  private static final String BACKEND = "--backend";
  private static final String FIXTURE = "--fixture";

  /**
   * Takes the options out of the words of a command.
   *
   * @throws IllegalArgumentException if what they name is not there
   */
  static ChosenParts parse(List<String> words) {
    List<String> left = new ArrayList<>();
    List<String> chosen = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      String name = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
      if (!Set.of(JAR, BACKEND, FIXTURE).contains(name)) {
        left.add(word);
        continue;
      }
      chosen.add(word);
      if (name.equals(word) && i + 1 < words.size()) {
        chosen.add(words.get(++i));
      }
    }
    try {
      return new ChosenParts(left, choose(Options.parse(chosen)));
    } catch (CannotRunException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static Optional<Parts> choose(Options options) throws CannotRunException {
    List<String> jars = options.list(JAR);
    Optional<String> fixture = options.find(FIXTURE);
    if (jars.isEmpty() && fixture.isEmpty() && options.list(BACKEND).isEmpty()) {
      return Optional.empty();
    }
    Parts parts = Parts.ofCairn();
    if (fixture.isPresent()) {
      parts = parts.withConsensus(FixtureJars.load(options, ConsensusFixture.class));
    }
    if (fixture.isEmpty() || !options.list(BACKEND).isEmpty()) {
      parts = parts.withStorage(backends(options));
    }
    return Optional.of(parts);
  }

  /** Those that are named, or all that there are. */
  private static StorageBackend[] backends(Options options) throws CannotRunException {
    if (options.list(JAR).isEmpty()) {
      throw new CannotRunException(
          "option '" + JAR + "' is needed: the backend's jar, or a folder");
    }
    StorageJars jars = StorageJars.open(options.list(JAR));
    List<String> names = new ArrayList<>(options.list(BACKEND));
    if (names.isEmpty()) {
      names.addAll(jars.names());
    }
    List<StorageBackend> backends = new ArrayList<>();
    for (String name : names) {
      backends.add(jars.backend(jars.choose(Optional.of(name))));
    }
    return backends.toArray(StorageBackend[]::new);
  }

  /** Whether members are made of Cairn's own parts, which some situations belong to. */
  boolean areOfCairn() {
    return others.isEmpty();
  }

  Outcome run(Plan plan) {
    return others.isPresent() ? Simulation.run(plan, others.get()) : Simulation.run(plan);
  }
}
