// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.state;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.storage.StorageEngine;
import java.util.concurrent.CompletableFuture;

/** The engine and how far it has come: it follows published state at a distance. */
@ThreadSafe
public interface FlushedEngine {
  /**
   * Hurries the engine. The stage completes on the flush lane once everything that was published
   * before the call is committed, so that a view taken afterwards holds it.
   */
  CompletableFuture<Void> flush();

  /** The engine, for views, sizes and reclaiming; only the flush lane commits. */
  StorageEngine engine();

  /** The last entry whose effects survive a power cut without the log. */
  long durableIndex();
}
