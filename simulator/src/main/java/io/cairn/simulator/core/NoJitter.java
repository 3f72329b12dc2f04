// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.core;

import io.cairn.spi.environment.Rng;

/** A stream of zeros: every timeout is the shortest, so that a scenario says when things happen. */
final class NoJitter implements Rng {
  static final NoJitter INSTANCE = new NoJitter();

  private NoJitter() {}

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
