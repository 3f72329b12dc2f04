// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.conformance;

import io.cairn.conformancetests.consensus.ConsensusFixture;
import io.cairn.conformancetests.consensus.Surroundings;
import io.cairn.consensusraft.runtime.RaftConsensus;
import io.cairn.consensusraft.runtime.RaftSizes;
import io.cairn.consensusraft.wal.WalOptions;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusOptions;

/** Raft whose logs are short, so that members that were away are sent the whole state. */
public final class RaftFixture implements ConsensusFixture {
  private static final int KEPT_ENTRIES = 100;
  private static final int WINDOW_BYTES = 1 << 10;

  private static final RaftSizes SIZES =
      new RaftSizes(
          new WalOptions(RaftConsensus.DIRECTORY, 64 << 10, 2),
          KEPT_ENTRIES,
          WINDOW_BYTES,
          RaftSizes.STANDARD.appendBytesMax(),
          RaftSizes.STANDARD.inflightMax());

  /** For the kit. */
  public RaftFixture() {}

  @Override
  public Consensus member(ConsensusOptions options, Surroundings surroundings) {
    return new RaftConsensus(
        options,
        SIZES,
        surroundings.disk(),
        surroundings.scheduler(),
        surroundings.time(),
        surroundings.rng(),
        surroundings.events(),
        surroundings.exit(),
        surroundings.network());
  }
}
