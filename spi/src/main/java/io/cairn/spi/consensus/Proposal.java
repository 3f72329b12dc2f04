// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.consensus;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Bytes;

/**
 * A command on its way into the log, made by the state machine's owner and given back to it when
 * the command is applied (C3).
 */
@ThreadSafe
public interface Proposal {
  /** What is replicated; the same slice at every call. */
  Bytes payload();

  /**
   * The proposal will not come back. Called on a lane of the engine, or within the call that
   * proposes when it is refused at once; must return quickly.
   */
  void dropped(DropReason reason);
}
