// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class PinsTest {
  private final AtomicInteger released = new AtomicInteger();
  private final Pins pins = new Pins(released::incrementAndGet);

  @Test
  void whoeverIsTheLastReleases() {
    assertThat(pins.pin()).isTrue();

    pins.unpin(); // The owner closes.
    assertThat(released).hasValue(0);

    pins.unpin();
    assertThat(released).hasValue(1);
  }

  @Test
  void whatIsClosedIsNotPinnedAgainAndClosedOnce() {
    assertThat(pins.pin()).isTrue();

    pins.close();
    pins.close();

    assertThat(pins.isClosed()).isTrue();
    assertThat(pins.pin()).isFalse();
    assertThat(released).hasValue(0);
    pins.unpin();
    assertThat(released).hasValue(1);
  }

  @Test
  void whatWasReleasedIsNotPinnedAgain() {
    pins.unpin();

    assertThat(pins.pin()).isFalse();
    assertThat(released).hasValue(1);
  }
}
