// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.benchmarks.program.CommandLine.Option;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CommandLineTest {
  private static final List<Option> OPTIONS =
      List.of(
          new Option("number", "N", "5", "a number"),
          new Option("names", "NAME,...", "", "some names"),
          new Option("switch", "", "", "a switch"));

  @Test
  void valuesStandBesideOrBehindTheirOption() throws UsageException {
    CommandLine line = parse("--number", "7", "--names=a, b,", "--switch");

    assertThat(line.integer("number", 1, 10)).isEqualTo(7);
    assertThat(line.list("names")).containsExactly("a", "b");
    assertThat(line.isSet("switch")).isTrue();
  }

  @Test
  void whatIsNotGivenHasItsStandard() throws UsageException {
    CommandLine line = parse();

    assertThat(line.integer("number", 1, 10)).isEqualTo(5);
    assertThat(line.decimal("number", 0)).isEqualTo(5);
    assertThat(line.list("names")).isEmpty();
    assertThat(line.isSet("switch")).isFalse();
  }

  @Test
  void mistakesAreNamed() throws UsageException {
    assertUsage("there is no option '--unknown'; --help lists them", "--unknown", "1");
    assertUsage("there is no option 'stray'; --help lists them", "stray");
    assertUsage("option '--number' needs a value", "--number");
    assertUsage("option '--switch' takes no value", "--switch=on");
    CommandLine line = parse("--number", "11x");
    assertThatThrownBy(() -> line.integer("number", 1, 10))
        .hasMessage("option '--number' is a whole number, not '11x'");
    assertThatThrownBy(() -> line.decimal("number", 1))
        .hasMessage("option '--number' is a number, not '11x'");
    assertThatThrownBy(() -> parse("--number=11").integer("number", 1, 10))
        .hasMessage("option '--number' is from 1 to 10, not 11");
    assertThatThrownBy(() -> parse("--number=NaN").decimal("number", 1))
        .isInstanceOf(UsageException.class);
  }

  @Test
  void usageListsAllOptions() {
    assertThat(CommandLine.usage(OPTIONS))
        .isEqualTo(
            """
            Options:
              --number N                    a number (5)
              --names NAME,...              some names
              --switch                      a switch
            """);
  }

  private static void assertUsage(String message, String... arguments) {
    assertThatThrownBy(() -> parse(arguments))
        .isInstanceOf(UsageException.class)
        .hasMessage(message);
  }

  private static CommandLine parse(String... arguments) throws UsageException {
    return CommandLine.parse(OPTIONS, List.of(arguments));
  }
}
