// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.simulator.history.History;
import io.cairn.simulator.history.HistoryText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bad histories must be rejected by the checkers that they name, and their legal twins, which
 * differ in the lines that say so, accepted by all. The library is {@code histories/library.txt}.
 */
final class SelfTest {
  private static final long CLUSTER = 7;
  private static final long STEPS = 100_000;

  /** A pair of histories. */
  record Pair(String name, List<String> by, List<String> bad, List<String> legal) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Pair> pairs() throws IOException {
    List<Pair> pairs = new ArrayList<>();
    try (InputStream in = SelfTest.class.getResourceAsStream("/histories/library.txt")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().toList()) {
        if (line.startsWith("history ")) {
          String[] words = line.split(" +", -1);
          pairs.add(
              new Pair(
                  words[1],
                  List.of(words).subList(3, words.length),
                  new ArrayList<>(),
                  new ArrayList<>()));
        } else if (!line.isBlank() && !line.startsWith("//")) {
          Pair pair = pairs.getLast();
          if (!line.startsWith("legal ")) {
            pair.bad.add(line.startsWith("bad ") ? line.substring(4) : line);
          }
          if (!line.startsWith("bad ")) {
            pair.legal.add(line.startsWith("legal ") ? line.substring(6) : line);
          }
        }
      }
    }
    return pairs.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pairs")
  void badIsRejectedAndLegalAccepted(Pair pair) {
    List<Violation> bad = Checks.run(CLUSTER, parse(pair.bad), STEPS).violations();
    List<Violation> legal = Checks.run(CLUSTER, parse(pair.legal), STEPS).violations();

    assertThat(legal).as("legal").isEmpty();
    assertThat(bad).as("bad").isNotEmpty();
    assertThat(bad).extracting(Violation::promise).containsAll(pair.by());
  }

  @Test
  void libraryIsLargeAndNamesDiffer() throws IOException {
    List<String> names = pairs().map(Pair::name).toList();

    assertThat(names).hasSizeGreaterThanOrEqualTo(40).doesNotHaveDuplicates();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pairs")
  void historiesSurviveBeingWrittenAndRead(Pair pair) {
    History history = parse(pair.bad);

    List<String> written = HistoryText.format(history);

    assertThat(HistoryText.parse(written, CLUSTER)).isEqualTo(history);
  }

  private static History parse(List<String> lines) {
    return HistoryText.parse(lines, CLUSTER);
  }
}
