// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.StorageView;

/**
 * Reads a large part of a view in steps, so that others get their turn in between and nobody works
 * for a caller who has gone.
 *
 * @param <R> what comes out
 */
@OnLane("background")
interface LongRead<R> extends AutoCloseable {
  /** Begins to read a view, which stays with whoever opened it. */
  @FunctionalInterface
  interface Opener<R> {
    /** Fails with {@link io.cairn.spi.store.StoreException} if the question has no answer there. */
    LongRead<R> open(StorageView view);
  }

  /** What a step says. */
  sealed interface Progress<R> {
    /** There is more to read. */
    record More<R>() implements Progress<R> {}

    /** Something has changed that the view cannot show: begin again with a newer one. */
    record Overtaken<R>() implements Progress<R> {}

    /** That is all. */
    record Done<R>(R result) implements Progress<R> {}
  }

  /** Reads a bounded piece. */
  Progress<R> step();

  /** Lets go of cursors. */
  @Override
  void close();
}
