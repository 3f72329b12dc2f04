// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.kernel.state.FlushedEngine;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Lets the engine give unused space back, beside other work. Whoever asks while one run has not
 * begun yet shares it.
 */
@ThreadSafe
final class Reclaiming {
  private final FlushedEngine flushed;
  private final Lane lane;
  private final Runnable whenDone;
  private final EventLog log;

  // Guarded by this: the run that waits for the engine or the lane.
  private @Nullable CompletableFuture<Void> waiting;

  Reclaiming(FlushedEngine flushed, Lane lane, Runnable whenDone, EventLog log) {
    this.flushed = flushed;
    this.lane = lane;
    this.whenDone = whenDone;
    this.log = log;
  }

  /** Completes when what was unused at the call has been given back, as far as possible. */
  CompletableFuture<Void> reclaim() {
    CompletableFuture<Void> mine = new CompletableFuture<>();
    synchronized (this) {
      if (waiting != null) {
        return waiting;
      }
      waiting = mine;
    }
    var _ = flushed.flush().whenComplete((done, failure) -> lane.execute(() -> run(mine)));
    return mine;
  }

  private void run(CompletableFuture<Void> mine) {
    synchronized (this) {
      waiting = null;
    }
    StorageEngine engine = flushed.engine();
    try {
      log.info("starting defragment", field("current-db-size-bytes", size(engine)));
      engine.reclaim();
      log.info("finished defragment", field("current-db-size-bytes", size(engine)));
    } catch (StorageException e) {
      log.error("failed to defragment", field("error", e.toString()));
      mine.completeExceptionally(new StoreException(new Reason.Internal(e.toString())));
      return;
    }
    whenDone.run();
    mine.complete(null);
  }

  private static long size(StorageEngine engine) {
    return engine.size().allocatedBytes();
  }
}
