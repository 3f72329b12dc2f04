// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import io.cairn.spi.environment.ThreadSafe;

/** News of changes (V6-V10). */
@ThreadSafe
public interface WatchService {
  /**
   * Opens a stream that carries any number of watchers.
   *
   * @param wake called, on any thread, when {@link WatchStream#next} may have something after it
   *     returned null; must be short. Several reasons may share one call; a call may be in vain.
   * @return the stream; refused by {@link StoreException}, thrown at once, if the caller demands a
   *     leader and there is none, or the member is a learner
   */
  WatchStream open(Caller caller, Runnable wake);
}
