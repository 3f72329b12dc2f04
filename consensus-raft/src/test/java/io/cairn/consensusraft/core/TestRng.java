// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import io.cairn.spi.environment.Rng;

/** Random numbers that depend on a seed alone; with seed 0 every number is 0. */
final class TestRng implements Rng {
  private final long seed;
  private long state;

  TestRng(long seed) {
    this.seed = seed;
    this.state = seed;
  }

  @Override
  public long next() {
    if (seed == 0) {
      return 0;
    }
    // SplitMix64.
    state += 0x9e3779b97f4a7c15L;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  @Override
  public int below(int bound) {
    return (int) Long.remainderUnsigned(next(), bound);
  }

  @Override
  public Rng split(String label) {
    return new TestRng(seed == 0 ? 0 : seed * 31 + label.hashCode());
  }
}
