// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.kernel.request.Callers;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.state.FlushedEngine;
import io.cairn.kernel.state.Published;
import io.cairn.kernel.state.RecordReader;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import io.cairn.spi.store.WatchService;
import io.cairn.spi.store.WatchStream;

/** The watch service. */
@ThreadSafe
public final class WatchFacade implements WatchService, AutoCloseable {
  /** How many records a stream's own thread looks at for one response. */
  private static final int RECORDS_PER_RESPONSE = 256;

  private final WatchOptions options;
  private final Published published;
  private final Standing standing;
  private final Callers callers;
  private final PreviousRecords previous;
  private final History history;
  private final CatchUp catchUp;
  private final WatchHub hub;

  /**
   * Listens to {@code published} from now on, so this has to happen before the first entry is
   * applied.
   */
  public WatchFacade(
      WatchOptions options,
      Published published,
      RecordReader records,
      FlushedEngine flushed,
      Standing standing,
      Callers callers,
      Scheduler scheduler,
      Rng rng) {
    this(
        options,
        published,
        new IndexedPreviousRecords(records, published),
        flushed,
        standing,
        callers,
        scheduler,
        rng);
  }

  WatchFacade(
      WatchOptions options,
      Published published,
      PreviousRecords previous,
      FlushedEngine flushed,
      Standing standing,
      Callers callers,
      Scheduler scheduler,
      Rng rng) {
    this.options = options;
    this.published = published;
    this.standing = standing;
    this.callers = callers;
    this.previous = previous;
    this.history = new History(published, flushed);
    this.catchUp =
        new CatchUp(
            scheduler.lane("watch-catch-up"),
            history,
            builder(true, CatchUp.RECORDS_PER_TURN),
            options.catchUpBytes());
    this.hub = new WatchHub(published, standing, scheduler, rng, options);
  }

  /** Begins to look after streams that demand a leader. */
  public void start() {
    hub.start();
  }

  /** Ends all streams. */
  @Override
  public void close() {
    hub.close();
  }

  @Override
  public WatchStream open(Caller caller, Runnable wake) {
    Reason refusal = standing.refuses(caller);
    if (refusal != null) {
      throw new StoreException(refusal);
    }
    ClientStream stream =
        new ClientStream(
            hub,
            published,
            standing,
            callers,
            history,
            catchUp,
            builder(false, RECORDS_PER_RESPONSE),
            caller,
            wake);
    if (!hub.open(stream)) {
      throw new StoreException(new Reason.Stopped());
    }
    return stream;
  }

  /** How much is being watched now. */
  public WatchStats stats() {
    return new WatchStats(hub.streams(), hub.watchers(), catchUp.heldBytes());
  }

  private BatchBuilder builder(boolean mayBlock, int recordsMax) {
    return new BatchBuilder(previous, standing, mayBlock, recordsMax, options.fragmentBytes());
  }
}
