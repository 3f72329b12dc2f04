// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/** What answers a range: all of it at once, or, if that is too much to be held, in parts. */
public sealed interface RangeAnswer permits RangeResult, LongRangeResult {
  /** The header. */
  ResponseHeader header();

  /** Whether the limit cut the result. */
  boolean more();

  /** How many keys the range holds at that revision, before limit and filters. */
  long count();
}
