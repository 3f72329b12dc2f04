// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.consensus;

/**
 * Where a state machine stands.
 *
 * @param index the index of the last entry whose effects it holds, 0 for none
 * @param term that entry's term
 * @param configuration the members as of that entry
 */
public record AppliedPoint(long index, long term, Configuration configuration) {
  /** The state before the first entry. */
  public static final AppliedPoint ZERO = new AppliedPoint(0, 0, Configuration.EMPTY);
}
