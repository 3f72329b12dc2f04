// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.wal.WalOptions;

/**
 * Sizes that are no operator's business, but decide which paths are common: a simulation makes them
 * small.
 *
 * @param wal how the log uses its disk
 * @param entriesForOthers how many applied entries stay in the log for followers
 * @param windowBytes applied entries kept in memory for followers
 * @param appendBytesMax entries per append message
 * @param inflightMax unanswered appends per follower
 */
public record RaftSizes(
    WalOptions wal, long entriesForOthers, int windowBytes, int appendBytesMax, int inflightMax) {

  /** What members run with. */
  public static final RaftSizes STANDARD =
      new RaftSizes(
          WalOptions.in(RaftConsensus.DIRECTORY),
          LogCutting.Kept.STANDARD.entries(),
          LogCutting.Kept.STANDARD.memoryBytes(),
          1 << 20,
          512);

  /** What stays in the log for others; the bounds in bytes do not vary. */
  LogCutting.Kept kept() {
    return new LogCutting.Kept(
        entriesForOthers,
        LogCutting.Kept.STANDARD.bytes(),
        LogCutting.Kept.STANDARD.bytesWhileSending(),
        windowBytes);
  }
}
