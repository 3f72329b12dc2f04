// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When a state is said to grow too fast for its sender. */
final class RaceTest {
  private static final int PART = 100;

  private final Race race = new Race();
  private long revision = 1000;

  @Test
  void isNotLostWhereNobodyWrites() {
    race.begin(revision);

    for (long last = 10; last <= revision; last += 10) {
      race.sent(PART, last, revision);
    }

    assertThat(race.isLost()).isFalse();
  }

  @Test
  void isNotLostWhereRoundsGetShorter() {
    assertThat(isLostWithWritesPerPart(3)).isFalse();
  }

  @Test
  void isLostWhereAsMuchIsWrittenAsIsSent() {
    assertThat(isLostWithWritesPerPart(10)).isTrue();
  }

  /** A round and a half is the most that is sent before that is known. */
  @Test
  void isLostAsSoonAsTheSecondRoundHasHalfOfTheFirst() {
    race.begin(revision);
    race.sent(10 * PART, 1000, 2000);

    race.sent(5 * PART, 1500, 2000);
    assertThat(race.isLost()).isFalse();

    race.sent(1, 1501, 2000);
    assertThat(race.isLost()).isTrue();
  }

  @Test
  void staysLost() {
    race.begin(revision);
    race.sent(10 * PART, 1000, 2000);
    race.sent(9 * PART, 2000, 2001);

    race.sent(1, 2001, 2001);

    assertThat(race.isLost()).isTrue();
  }

  /** Sends ten revisions in each part until everything is sent, or much more than there was. */
  private boolean isLostWithWritesPerPart(int writes) {
    race.begin(revision);
    for (long last = 10; last <= revision && last < 10_000; last += 10) {
      revision += writes;
      race.sent(PART, last, revision);
    }
    return race.isLost();
  }
}
