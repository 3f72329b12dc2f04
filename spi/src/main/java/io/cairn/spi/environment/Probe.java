// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.environment;

/** Lets a test make unlikely choices likely (X7). */
@ThreadSafe
@FunctionalInterface
public interface Probe {
  /** The probe of production: every answer is false. */
  Probe NONE = site -> false;

  /** Whether the code at {@code site} takes its unlikely but legal choice this time. */
  boolean hit(String site);
}
