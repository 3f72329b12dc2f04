// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.fakes;

import io.cairn.spi.environment.Rng;

/** No randomness at all: every number is 0, so every timeout is as short as it may be. */
public final class NoChance implements Rng {
  @Override
  public long next() {
    return 0;
  }

  @Override
  public int below(int bound) {
    return 0;
  }

  @Override
  public Rng split(String label) {
    return this;
  }
}
