// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import dagger.Binds;
import dagger.Module;
import io.cairn.spi.consensus.Consensus;

/** Offers consensus by Raft to a distribution. */
@Module
public interface RaftConsensusModule {
  /** The one engine. */
  @Binds
  Consensus bind(RaftConsensus consensus);
}
