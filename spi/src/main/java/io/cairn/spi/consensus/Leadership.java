// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.consensus;

/**
 * Who leads, as this member sees it.
 *
 * @param term this member's term
 * @param leader the leader's id in that term, 0 while none is known
 * @param self whether this member leads
 */
public record Leadership(long term, long leader, boolean self) {
  /** Before anything is known. */
  public static final Leadership NONE = new Leadership(0, 0, false);
}
