// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How fast states are sent. */
final class PaceTest {
  private static final long MILLI = 1_000_000;

  /** When a transfer has been under way for long. */
  private static final long LATER = 60_000 * MILLI;

  // A part of a thousand bytes is worth a millisecond.
  private final Pace pace = new Pace(1_000_000, 0);

  @Test
  void beginsAtOnce() {
    assertThat(pace.waitNanos(0)).isZero();
  }

  @Test
  void isNoFasterThanTheBoundWhereWorkTakesNoTime() {
    long now = LATER;
    for (int i = 0; i < 10; i++) {
      pace.sent(1_000, now, now);
      now += pace.waitNanos(now);
    }

    assertThat(now - LATER).isEqualTo(10 * MILLI);
  }

  @Test
  void beginsSlowlyAndDoublesEverySecond() {
    assertThat(waitOfAPartAfterSeconds(0)).isEqualTo(16 * MILLI);
    assertThat(waitOfAPartAfterSeconds(1)).isEqualTo(8 * MILLI);
    assertThat(waitOfAPartAfterSeconds(3)).isEqualTo(2 * MILLI);
    assertThat(waitOfAPartAfterSeconds(4)).isEqualTo(MILLI);
    assertThat(waitOfAPartAfterSeconds(5)).isEqualTo(MILLI);
  }

  @Test
  void eachTransferBeginsSlowly() {
    pace.begin(LATER);

    pace.sent(1_000, LATER, LATER);

    assertThat(pace.waitNanos(LATER)).isEqualTo(16 * MILLI);
  }

  private static long waitOfAPartAfterSeconds(long seconds) {
    Pace fresh = new Pace(1_000_000, 0);
    long now = seconds * 1_000 * MILLI;
    fresh.sent(1_000, now, now);
    return fresh.waitNanos(now);
  }

  @Test
  void countsWhatWasSentBeforeItWasTime() {
    pace.sent(1_000, LATER, LATER);
    pace.sent(1_000, LATER, LATER);

    assertThat(pace.waitNanos(LATER)).isEqualTo(2 * MILLI);
  }

  @Test
  void restsLongerAfterMoreWork() {
    pace.sent(1_000, LATER - MILLI / 2, LATER);

    assertThat(pace.waitNanos(LATER)).isEqualTo(Pace.RESTS * MILLI / 2);
  }

  @Test
  void restsAreBoundedHoweverSlowTheWorkWas() {
    pace.sent(1_000, 0, LATER);

    assertThat(pace.waitNanos(LATER)).isEqualTo(Pace.RESTS * MILLI);
  }

  @Test
  void whatCouldHaveBeenSentEarlierIsNotMadeUpFor() {
    pace.sent(1_000, LATER, LATER);

    assertThat(pace.waitNanos(LATER)).isEqualTo(MILLI);
  }

  @Test
  void withoutABoundNothingWaits() {
    Pace unbounded = new Pace(0, 0);

    unbounded.sent(1 << 20, 0, 5 * MILLI);

    assertThat(unbounded.waitNanos(5 * MILLI)).isNotPositive();
  }
}
