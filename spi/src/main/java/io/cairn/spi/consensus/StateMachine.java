// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.consensus;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.util.List;

/**
 * What the log is for: applies committed entries in order (C1, C2, C9).
 *
 * <p><b>Threads.</b> The apply lane, except {@link #durableIndex}, which any thread may call, and
 * snapshots, which have a lane of their own. <b>Blocking.</b> Applying may wait when unflushed
 * state has reached its bound. <b>Failure.</b> Applying is total: whatever it throws ends the
 * process.
 */
@OnLane("apply")
public interface StateMachine {
  /** Where the recovered state stands; called once, before anything else. */
  AppliedPoint appliedPoint();

  /**
   * Applies committed entries, publishes the outcome and then answers their proposals.
   *
   * @param entries at least one, ascending without gaps; the list belongs to the engine again when
   *     the call returns
   */
  void apply(List<CommittedEntry> entries);

  /**
   * Applies a configuration entry.
   *
   * @return whether the change takes effect; the answer is the same on every member
   */
  boolean applyChange(CommittedEntry entry, ConfigurationChange change);

  /** Tells who leads, whenever that changes. */
  void leadership(Leadership leadership);

  /**
   * Begins to send the whole state to another member (C13).
   *
   * @param resumeFrom what the other member's {@link SnapshotSink#resumeFrom} said
   */
  @OnLane("snapshot")
  SnapshotSource sendSnapshot(Bytes resumeFrom);

  /** Begins to receive a whole state (C13). Only one is received at a time. */
  @OnLane("snapshot")
  SnapshotSink receiveSnapshot();

  /** The highest index whose effects survive a power cut without the log (C10). */
  @OnLane("any")
  long durableIndex();
}
