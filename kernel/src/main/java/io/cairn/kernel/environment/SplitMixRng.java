// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.environment;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Rng;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/**
 * SplitMix64: fast, good enough for jitter and ids, and splittable by label (Steele, Lea and Flood,
 * "Fast splittable pseudorandom number generators"). Not for secrets.
 */
@OnLane("owner")
public final class SplitMixRng implements Rng {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private final long seed;
  private long state;

  /** A stream that is the same for the same seed. */
  public SplitMixRng(long seed) {
    this.seed = seed;
    this.state = seed;
  }

  /** A stream that nobody can foresee. */
  public static SplitMixRng unpredictable() {
    return new SplitMixRng(new SecureRandom().nextLong());
  }

  @Override
  public long next() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  @Override
  public int below(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("the bound must be positive, not " + bound);
    }
    // The high half of a 64-bit product is unbiased enough for every use here (error below 2^-32).
    return (int) Math.unsignedMultiplyHigh(next(), bound);
  }

  @Override
  public Rng split(String label) {
    long hash = seed;
    for (byte b : label.getBytes(StandardCharsets.UTF_8)) {
      hash = mix(hash ^ b) + GOLDEN_GAMMA;
    }
    return new SplitMixRng(mix(hash));
  }

  private static long mix(long bits) {
    long z = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
