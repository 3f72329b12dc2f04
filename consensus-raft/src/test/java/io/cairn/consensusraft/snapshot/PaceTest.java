// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How fast states are sent. */
final class PaceTest {
  private static final long MILLI = 1_000_000;

  // A part of a thousand bytes is worth a millisecond.
  private final Pace pace = new Pace(1_000_000, 0);

  @Test
  void beginsAtOnce() {
    assertThat(pace.waitNanos(0)).isZero();
  }

  @Test
  void isNoFasterThanTheBoundWhereWorkTakesNoTime() {
    long now = 0;
    for (int i = 0; i < 10; i++) {
      pace.sent(1_000, now, now);
      now += pace.waitNanos(now);
    }

    assertThat(now).isEqualTo(10 * MILLI);
  }

  @Test
  void countsWhatWasSentBeforeItWasTime() {
    pace.sent(1_000, 0, 0);
    pace.sent(1_000, 0, 0);

    assertThat(pace.waitNanos(0)).isEqualTo(2 * MILLI);
  }

  @Test
  void restsLongerAfterMoreWork() {
    pace.sent(1_000, 0, MILLI / 2);

    assertThat(pace.waitNanos(MILLI / 2)).isEqualTo(Pace.RESTS * MILLI / 2);
  }

  @Test
  void restsAreBoundedHoweverSlowTheWorkWas() {
    long stopped = 60_000 * MILLI;

    pace.sent(1_000, 0, stopped);

    assertThat(pace.waitNanos(stopped)).isEqualTo(Pace.RESTS * MILLI);
  }

  @Test
  void whatCouldHaveBeenSentEarlierIsNotMadeUpFor() {
    long later = 1_000 * MILLI;

    pace.sent(1_000, later, later);

    assertThat(pace.waitNanos(later)).isEqualTo(MILLI);
  }

  @Test
  void withoutABoundNothingWaits() {
    Pace unbounded = new Pace(0, 0);

    unbounded.sent(1 << 20, 0, 5 * MILLI);

    assertThat(unbounded.waitNanos(5 * MILLI)).isNotPositive();
  }
}
