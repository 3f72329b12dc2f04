// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import io.cairn.spi.environment.OnLane;
import org.jspecify.annotations.Nullable;

/**
 * The watchers of one client stream, pulled by the transport at the client's pace.
 *
 * <p>The transport calls {@link #next} while the client can take more, sends what comes, and stops
 * at null until it is woken. Nothing encoded waits in the store meanwhile: a slow client costs a
 * bounded number of revision numbers per watcher.
 *
 * <p><b>Threads.</b> One at a time, the stream's own. <b>Blocking.</b> Never: what must be read
 * from the engine is fetched on a lane of the store, and the stream woken.
 */
@OnLane("caller")
public interface WatchStream extends AutoCloseable {
  /** Adds a watcher; the outcome comes as a message, in order of the requests. */
  void create(WatchRequest request);

  /** Ends a watcher; its last message says so. Nothing happens if there is none of that id. */
  void cancel(long watchId);

  /** Asks for a progress message for the whole stream; see etcd's manual progress requests. */
  void requestProgress();

  /**
   * The next message, or null if there is none now.
   *
   * @throws StoreException when the stream has ended on the store's side, with the reason
   */
  @Nullable WatchMessage next();

  /** Ends all watchers without a word. */
  @Override
  void close();
}
