// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.directory;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.StorageEngine;

/**
 * Where a member's engines live: the one in use, and beside it the next one while a state is being
 * received.
 *
 * <p><b>Threads.</b> The snapshot lane, but {@link #switchToNext}, which belongs to the apply lane,
 * and what it returns. <b>Blocking.</b> Every method may wait for the medium. <b>Failure.</b>
 * {@link io.cairn.spi.storage.StorageException}.
 */
@OnLane("snapshot")
public interface EngineHome {
  /** Opens the next engine: what an earlier transfer left of it, or an empty one. */
  StorageEngine openNext();

  /** Removes the next engine, which is closed. */
  void discardNext();

  /**
   * Notes durably that the next engine holds the whole state after the entry {@code appliedIndex};
   * a barrier was made before. From now on a start takes it, if the log has recorded that point.
   */
  void completeNext(long appliedIndex);

  /**
   * Makes the next engine, which is complete, the one in use; durable when this returns.
   *
   * @return removes the former one, to be run when that is closed; on any lane that may block
   */
  @OnLane("apply")
  Runnable switchToNext();
}
