// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GoDurationTest {
  record Row(String text, long nanos) {}

  static final List<Row> DURATIONS =
      List.of(
          new Row("0", 0),
          new Row("0s", 0),
          new Row("300ms", 300_000_000L),
          new Row("1.5h", 5_400_000_000_000L),
          new Row("2h45m", 9_900_000_000_000L),
          new Row("-1s", -1_000_000_000L),
          new Row("7us", 7_000L));

  @ParameterizedTest
  @FieldSource("DURATIONS")
  void durationIsReadAsGoReadsIt(Row row) {
    assertThat(GoDuration.parse(row.text())).isEqualTo(row.nanos());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "1d", "1h 2m", ".s", "9999999999h"})
  void everythingElseIsRefused(String text) {
    assertThatThrownBy(() -> GoDuration.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
