// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.load;

import io.cairn.spi.environment.Rng;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What clients do.
 *
 * @param kinds the kinds of calls that are made at all
 * @param keys how many keys most calls are about
 * @param thinkMicros how long a client waits between two calls, on average
 */
public record Mix(Set<Kind> kinds, int keys, int thinkMicros) {
  /** A kind of call. */
  public enum Kind {
    /** Reads. */
    RANGE,
    /** Puts. */
    PUT,
    /** Deletions. */
    DELETE,
    /** Transactions. */
    TXN,
    /** Compactions. */
    COMPACT,
    /** Leases, kept alive or not. */
    LEASE
  }

  /** Keeps the kinds in the order of their declaration. */
  public Mix {
    // Never Set.copyOf: its order differs from run to run.
    kinds =
        Collections.unmodifiableSet(
            kinds.isEmpty() ? EnumSet.noneOf(Kind.class) : EnumSet.copyOf(kinds));
  }

  /** Draws a mix; puts and reads are always in it. */
  public static Mix draw(Rng rng) {
    EnumSet<Kind> kinds = EnumSet.of(Kind.PUT, Kind.RANGE);
    for (Kind kind : Kind.values()) {
      if (rng.below(2) == 0) {
        kinds.add(kind);
      }
    }
    return new Mix(kinds, 3 + rng.below(10), 2_000 << rng.below(5));
  }

  /** The same with so many times longer waits. */
  public Mix slower(int times) {
    return new Mix(kinds, keys, thinkMicros * times);
  }
}
