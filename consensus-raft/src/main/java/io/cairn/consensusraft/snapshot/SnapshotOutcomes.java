// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.snapshot;

import io.cairn.consensusraft.core.SnapshotPoint;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.environment.ThreadSafe;

/** Whom an exchange tells what has become of transfers. Called on its lane; must not block. */
@ThreadSafe
public interface SnapshotOutcomes {
  /** {@code member} has a state at {@code index}; or the transfer failed, and it is 0. */
  void sent(long member, long index);

  /** A state has arrived. {@link SnapshotExchange#installed} or {@code ignored} has to follow. */
  void arrived(Arrival arrival);

  /** What is to be sent with a state that stands there. */
  SnapshotPoint describe(AppliedPoint point);
}
