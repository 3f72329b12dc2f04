// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.records;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.store.Bytes;
import org.junit.jupiter.api.Test;

final class EventRunsTest {

  private final byte[] array = new byte[100];
  private final Bytes elsewhere = Bytes.of(new byte[5]);

  @Test
  void neighboursOfOneArrayBecomeOneRun() {
    EventRuns runs = new EventRuns();

    runs.add(Bytes.of(array, 0, 10));
    runs.add(Bytes.of(array, 10, 5));
    runs.add(Bytes.of(array, 20, 5));
    runs.add(elsewhere);
    runs.add(Bytes.of(array, 25, 5));

    assertThat(runs.bytes()).isEqualTo(30);
    assertThat(runs.finish()).extracting(Bytes::length).containsExactly(15, 5, 5, 5);
  }

  @Test
  void rewindingTakesBackRunsAndTheGrowthOfTheLast() {
    EventRuns runs = new EventRuns();
    runs.add(elsewhere);
    runs.add(Bytes.of(array, 0, 10));
    EventRuns.Mark mark = runs.mark();

    runs.add(Bytes.of(array, 10, 5));
    runs.add(elsewhere);
    runs.rewind(mark);
    runs.add(Bytes.of(array, 10, 1));

    assertThat(runs.bytes()).isEqualTo(16);
    assertThat(runs.finish()).extracting(Bytes::length).containsExactly(5, 11);
  }

  @Test
  void rewindingToTheBeginningLeavesNothing() {
    EventRuns runs = new EventRuns();
    EventRuns.Mark mark = runs.mark();

    runs.add(elsewhere);
    runs.rewind(mark);

    assertThat(runs.bytes()).isZero();
    assertThat(runs.finish()).isEmpty();
  }
}
