// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.fakes.FakeDisk;
import io.cairn.consensusraft.fakes.ManualScheduler;
import io.cairn.consensusraft.fakes.NoChance;
import io.cairn.consensusraft.fakes.SilentLog;
import io.cairn.consensusraft.wal.WalOptions;
import io.cairn.spi.consensus.ConsensusOptions;
import io.cairn.spi.network.PeerNetwork;

/** One member with small segments, in a world that moves by hand and leaves nothing to chance. */
final class OneMember {
  static final WalOptions LOG = new WalOptions("member/wal", 16384, 2);

  private OneMember() {}

  static RaftConsensus of(
      ConsensusOptions options, FakeDisk disk, ManualScheduler lanes, PeerNetwork network) {
    return new RaftConsensus(
        options,
        LOG,
        LogCutting.Kept.STANDARD,
        disk,
        lanes,
        lanes,
        new NoChance(),
        new SilentLog(),
        (what, cause) -> {
          throw new AssertionError(what, cause);
        },
        network);
  }
}
