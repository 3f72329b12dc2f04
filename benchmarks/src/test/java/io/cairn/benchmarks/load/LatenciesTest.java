// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LatenciesTest {
  @ParameterizedTest
  @ValueSource(
      longs = {0, 1, 127, 128, 255, 256, 257, 999, 100_000, 123_456_789, 60_000_000_000L, 1L << 61})
  void keepsALatencyToOnePerCent(long nanos) {
    Latencies latencies = new Latencies();
    latencies.add(nanos);
    latencies.add(Long.MAX_VALUE / 2);

    double median = latencies.micros(0.5);

    assertThat(median).isCloseTo(nanos / 1e3, Percentage.withPercentage(1));
  }

  @Test
  void percentilesDivideWhatWasAdded() {
    Latencies latencies = new Latencies();
    for (int i = 1; i <= 1_000; i++) {
      latencies.add(i * 1_000_000L);
    }

    assertThat(latencies.total()).isEqualTo(1_000);
    assertThat(latencies.micros(0.5)).isCloseTo(500_000, within(5_000.0));
    assertThat(latencies.micros(0.99)).isCloseTo(990_000, within(10_000.0));
    assertThat(latencies.micros(1)).isEqualTo(1_000_000);
    assertThat(latencies.microsMax()).isEqualTo(1_000_000);
  }

  @Test
  void nothingHasNoPercentiles() {
    Latencies latencies = new Latencies();

    assertThat(latencies.micros(0.99)).isZero();
    assertThat(latencies.microsMax()).isZero();
  }
}
