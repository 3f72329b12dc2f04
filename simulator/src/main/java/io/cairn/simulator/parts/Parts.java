// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.parts;

import io.cairn.conformancetests.consensus.ConsensusFixture;
import io.cairn.simulator.engines.Storage;
import io.cairn.spi.storage.StorageBackend;
import java.util.Arrays;
import java.util.List;

/**
 * What the members of a simulated cluster are made of.
 *
 * @param consensus whose consensus they run
 * @param storages which engines they have, at least one; if several, members take turns
 */
public record Parts(ConsensusPart consensus, List<Storage> storages) {
  /** Copies the list. */
  public Parts {
    storages = List.copyOf(storages);
    if (storages.isEmpty()) {
      throw new IllegalArgumentException("members need storage engines");
    }
  }

  /** Cairn's Raft over engines that are as weak as their contract allows. */
  public static Parts ofCairn() {
    return new Parts(SimulatedRaft::fixture, List.of(Storage.model()));
  }

  /** The same with another consensus, whatever the sizes of the cluster are. */
  public Parts withConsensus(ConsensusFixture fixture) {
    return new Parts(_ -> fixture, storages);
  }

  /**
   * The same with the engines of one backend, or of several: then neighbours have different ones.
   *
   * @throws IllegalArgumentException if one does not keep data over a restart
   */
  public Parts withStorage(StorageBackend... backends) {
    return new Parts(consensus, Arrays.stream(backends).map(Storage::of).toList());
  }

  /** Which engines a member has, in all of its lives. */
  public Storage storageOf(long member) {
    return storages.get((int) Math.floorMod(member - 1, (long) storages.size()));
  }
}
