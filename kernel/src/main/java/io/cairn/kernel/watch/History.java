// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.kernel.records.RecentCursor;
import io.cairn.kernel.records.RecentView;
import io.cairn.kernel.state.FlushedEngine;
import io.cairn.kernel.state.Published;
import io.cairn.kernel.watch.BatchBuilder.Step;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks through what has been published, for one watcher at a time: in memory on the stream's own
 * thread, or wherever it is on the catch-up lane.
 */
@ThreadSafe
final class History {
  private final Published published;
  private final FlushedEngine flushed;

  History(Published published, FlushedEngine flushed) {
    this.published = published;
    this.flushed = flushed;
  }

  /**
   * Looks through the revisions from the watcher's next one to {@code to}, as far as a response
   * goes. Does not block.
   *
   * @return null if some of it has to be left to the catch-up lane
   */
  @Nullable Batch inMemory(Watcher watcher, long to, BatchBuilder builder) {
    long from = watcher.next;
    if (from > to) {
      return Batch.nothing(from);
    }
    RecentView view = published.state().recent();
    if (watcher.nextSub == 0 && watcher.takesEventsAsTheyAre()) {
      Batch batch = asTheyAre(view, from, to, builder.bytesMax(watcher), watcher.fragment);
      if (batch != null) {
        return batch;
      }
    }
    RecentCursor cursor = view.from(from);
    if (cursor == null) {
      return null;
    }
    builder.begin(watcher, from, watcher.nextSub);
    return fill(new RecentEvents(cursor), to, builder);
  }

  /** The same for revisions, at least one, that are known to concern the watcher. */
  @Nullable Batch inMemory(Watcher watcher, long[] revisions, BatchBuilder builder) {
    RecentView view = published.state().recent();
    builder.begin(watcher, revisions[0], watcher.nextSub);
    @Nullable RecentEvents events = null;
    for (long revision : revisions) {
      // Neighbours share a cursor, which already stands on the next revision.
      if (events == null || !events.isOn() || events.main() != revision) {
        // The first is the oldest: if it is here, so are the others.
        RecentCursor cursor = view.from(revision);
        if (cursor == null) {
          return null;
        }
        events = new RecentEvents(cursor);
      }
      switch (builder.add(events)) {
        case MORE -> {}
        case ENOUGH -> {
          return builder.finish();
        }
        case BLOCKED -> {
          return null;
        }
      }
    }
    return builder.finish();
  }

  /**
   * Looks through the revisions from {@code from}, whose first {@code fromSub} changes are told, to
   * {@code to}, as far as a response goes or until the builder has looked at enough. May block.
   */
  Batch anywhere(Watcher watcher, long from, int fromSub, long to, BatchBuilder builder) {
    builder.begin(watcher, from, fromSub);
    // What has left the recent log was in the engine before, so the view of the latter comes
    // second.
    RecentView view = published.state().recent();
    RecentCursor cursor = view.from(from);
    Batch batch;
    if (cursor != null) {
      batch = fill(new RecentEvents(cursor), to, builder);
    } else {
      long last = Math.min(to, view.firstRevision() - 1);
      try (StoredEvents events = new StoredEvents(flushed.engine(), from, last)) {
        // Records go only after the floor was published, so a floor that is still below shows that
        // the view is complete.
        long floor = published.state().compactionFloor();
        if (from < floor) {
          return Batch.compacted(floor);
        }
        batch = fill(events, last, builder);
      }
    }
    if (batch == null) {
      throw new IllegalStateException("a builder that may block was blocked");
    }
    return batch;
  }

  private static @Nullable Batch fill(EventCursor events, long to, BatchBuilder builder) {
    while (events.isOn() && events.main() <= to) {
      Step step = builder.add(events);
      switch (step) {
        case MORE -> {}
        case ENOUGH -> {
          return builder.finish();
        }
        case BLOCKED -> {
          return null;
        }
      }
    }
    return builder.finishAt(to + 1);
  }

  /**
   * A stretch of the log as it is, shared by all who watch everything.
   *
   * @return null if it is not all in memory, or if a fragment may have to be made
   */
  private static @Nullable Batch asTheyAre(
      RecentView view, long from, long upTo, long bytesMax, boolean mayFragment) {
    long to = Math.min(upTo, from + BatchBuilder.REVISIONS_MAX - 1);
    List<Bytes> runs = view.runs(from, to);
    if (runs == null) {
      return null;
    }
    Batch batch = new Batch(runs, to, to + 1, 0, false, 0);
    if (batch.bytes() <= bytesMax) {
      return batch;
    }
    // Too large: the longest stretch that is not, or else one revision. Rare enough to search.
    long fits = from - 1;
    long high = to - 1;
    while (fits < high) {
      long middle = (fits + high + 1) >>> 1;
      if (sizeOf(view, from, middle) <= bytesMax) {
        fits = middle;
      } else {
        high = middle - 1;
      }
    }
    if (fits < from && mayFragment) {
      return null;
    }
    long last = Math.max(from, fits);
    List<Bytes> fewer = view.runs(from, last);
    return fewer == null ? null : new Batch(fewer, last, last + 1, 0, false, 0);
  }

  private static long sizeOf(RecentView view, long from, long to) {
    List<Bytes> runs = view.runs(from, to);
    long sum = 0;
    for (Bytes run : runs == null ? List.<Bytes>of() : runs) {
      sum += run.length();
    }
    return sum;
  }
}
