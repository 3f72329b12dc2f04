// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.environment;

/**
 * A stream of random numbers. Belongs to whoever holds it; {@link #split} gives others their own.
 */
@OnLane("owner")
public interface Rng {
  /** The next 64 random bits. */
  long next();

  /** A number from 0 (inclusive) to {@code bound} (exclusive), which is positive. */
  int below(int bound);

  /** An independent stream for {@code label}; drawing from it does not shift this one. */
  Rng split(String label);
}
