// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.apply;

import io.cairn.spi.consensus.SnapshotSink;
import io.cairn.spi.consensus.SnapshotSource;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;

/** Sends whole states to other members and receives them. */
@OnLane("snapshot")
public interface Snapshots {
  /** Begins to send the published state, from where {@code resumeFrom} says. */
  SnapshotSource send(Bytes resumeFrom);

  /** Begins to receive a state, to be installed in {@code machine}. */
  SnapshotSink receive(ReplicatedState machine);
}
