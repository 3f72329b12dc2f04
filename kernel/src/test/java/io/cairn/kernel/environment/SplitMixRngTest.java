// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.environment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SplitMixRngTest {
  @Test
  void equalSeedsGiveEqualStreams() {
    var one = new SplitMixRng(7);
    var other = new SplitMixRng(7);

    assertThat(one.next()).isEqualTo(other.next());
    assertThat(one.split("disk").next()).isEqualTo(other.split("disk").next());
  }

  @Test
  void splittingDoesNotShiftTheStreamAndLabelsDiffer() {
    var one = new SplitMixRng(7);
    var other = new SplitMixRng(7);

    long disk = one.split("disk").next();
    long net = one.split("net").next();

    assertThat(disk).isNotEqualTo(net);
    assertThat(one.next()).isEqualTo(other.next());
  }

  @Test
  void numbersBelowABoundCoverIt() {
    var rng = new SplitMixRng(1);
    boolean[] seen = new boolean[5];

    for (int i = 0; i < 1000; i++) {
      seen[rng.below(5)] = true;
    }

    assertThat(seen).containsOnly(true);
  }
}
