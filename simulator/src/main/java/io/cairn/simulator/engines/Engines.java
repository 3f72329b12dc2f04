// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.engines;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;

/**
 * The engines on one simulated disk, by the folder that they lie in. They outlive the processes of
 * their member, of which one runs at a time.
 */
@OnLane("simulation")
public interface Engines {
  /**
   * Opens what a folder holds, for the process that runs; a new engine if it holds nothing.
   *
   * @return the process's, which may close it, or leave it to {@link #processDied}
   * @throws StorageException as the engine's backend says
   */
  StorageEngine open(String folder);

  /** The folder holds nothing any more; nothing in it is open. */
  void clear(String folder);

  /**
   * The process has ended at this very moment: every folder holds what a crash leaves of it. What
   * was open is over: nobody may use it any more but to close it, which is harmless. Nothing is
   * held afterwards but memory.
   *
   * @param rng decides where a contract leaves a choice
   * @return how many engines are known to have lost commits
   */
  int processDied(Rng rng);

  /** The same engines once more, on another disk; no process runs. */
  Engines copy();
}
