// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The scenarios of {@code src/test/resources/scenarios}: the figures and rules of the Raft paper
 * and dissertation, and situations in which Raft implementations have gone wrong. {@code
 * -Dscenarios.rewrite=true} writes what was found into the files, to be reviewed as a difference.
 */
final class ScenarioTest {
  static Stream<String> scenarios() throws IOException, URISyntaxException {
    URL folder = ScenarioTest.class.getResource("/scenarios");
    assertThat(folder).isNotNull();
    try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
      List<String> names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".txt"))
              .sorted()
              .toList();
      assertThat(names).hasSizeGreaterThanOrEqualTo(80);
      return names.stream();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void goesAsExpected(String name) throws IOException, URISyntaxException {
    URL file = ScenarioTest.class.getResource("/scenarios/" + name);
    assertThat(file).isNotNull();
    List<String> expected = Files.readAllLines(Path.of(file.toURI()));

    List<String> found = Scenario.play(expected);

    if (Boolean.getBoolean("scenarios.rewrite")) {
      Files.write(Path.of("src/test/resources/scenarios", name), found);
    } else {
      assertThat(String.join("\n", found)).isEqualTo(String.join("\n", expected));
    }
  }
}
