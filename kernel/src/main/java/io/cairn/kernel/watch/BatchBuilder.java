// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.kernel.records.EventRuns;
import io.cairn.kernel.request.Standing;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the events of one response, revision by revision.
 *
 * <p>A response ends with a whole revision: after {@link #REVISIONS_MAX} of them, or before the one
 * that would make it larger than {@link #BYTES_MAX}. A revision that is larger alone is one
 * response, and for a watcher that allows it is cut into fragments as etcd cuts: each takes events
 * while its encoded size stays below the threshold, but at least one.
 */
@OnLane("owner")
final class BatchBuilder {
  static final int REVISIONS_MAX = 1000;
  static final int BYTES_MAX = 1 << 20;

  /** How a revision went in. */
  enum Step {
    /** In full; another may follow. */
    MORE,
    /** The response is complete. */
    ENOUGH,
    /** Something had to be read that is not in memory, or too much had to be looked at here. */
    BLOCKED
  }

  private final PreviousRecords previous;
  private final Standing standing;
  private final boolean mayBlock;
  private final int recordsMax;
  private final int fragmentBytes;

  private @Nullable Watcher watcher;
  private EventRuns runs = new EventRuns();
  private long next;
  private int nextSub;
  private long revision;
  private int revisions;
  private int looked;
  private boolean fragment;

  /**
   * A builder.
   *
   * @param mayBlock whether previous key-values may be fetched from the engine
   * @param recordsMax how many records may be looked at for one response; where blocking is allowed
   *     a revision is always finished
   */
  BatchBuilder(
      PreviousRecords previous,
      Standing standing,
      boolean mayBlock,
      int recordsMax,
      int fragmentBytes) {
    this.previous = previous;
    this.standing = standing;
    this.mayBlock = mayBlock;
    this.recordsMax = recordsMax;
    this.fragmentBytes = fragmentBytes;
  }

  /** Begins a response for {@code who} with change {@code fromSub} of revision {@code from}. */
  void begin(Watcher who, long from, int fromSub) {
    watcher = who;
    runs = new EventRuns();
    next = from;
    nextSub = fromSub;
    revision = 0;
    revisions = 0;
    looked = 0;
    fragment = false;
  }

  /**
   * Takes the events of the revision that {@code cursor} stands in. It stands on the next revision
   * afterwards, if the answer is {@link Step#MORE}.
   */
  Step add(EventCursor cursor) {
    Watcher who = Objects.requireNonNull(watcher);
    long main = cursor.main();
    boolean goesOn = main == next && nextSub > 0;
    int firstSub = goesOn ? nextSub : 0;
    // The threshold counts the header of the response, whose revision is this one.
    long overhead = who.fragment ? EventBytes.responseSize(standing.header(main), who.id) : 0;
    EventRuns.Mark before = runs.mark();
    boolean any = false;
    do {
      if (++looked > recordsMax && !mayBlock) {
        runs.rewind(before);
        return revisions > 0 ? Step.ENOUGH : Step.BLOCKED;
      }
      if (cursor.sub() < firstSub || !who.wants(cursor)) {
        continue;
      }
      Bytes event = event(who, cursor);
      if (event == null) {
        runs.rewind(before);
        return revisions > 0 ? Step.ENOUGH : Step.BLOCKED;
      }
      long size = runs.bytes() + event.length();
      boolean cut = who.fragment && overhead + size >= fragmentBytes;
      if (revisions > 0 && (cut || size > BYTES_MAX)) {
        runs.rewind(before);
        return Step.ENOUGH;
      }
      if (cut && any) {
        next = main;
        nextSub = cursor.sub();
        revision = main;
        fragment = true;
        return Step.ENOUGH;
      }
      runs.add(event);
      any = true;
    } while (advanceWithin(cursor, main));
    next = main + 1;
    nextSub = 0;
    if (any) {
      revisions++;
      revision = main;
    }
    boolean full =
        goesOn || revisions >= REVISIONS_MAX || runs.bytes() >= BYTES_MAX || looked >= recordsMax;
    return full ? Step.ENOUGH : Step.MORE;
  }

  private static boolean advanceWithin(EventCursor cursor, long main) {
    cursor.advance();
    return cursor.isOn() && cursor.main() == main;
  }

  private @Nullable Bytes event(Watcher who, EventCursor cursor) {
    if (!who.prevKv || cursor.isCreation()) {
      return cursor.event();
    }
    Bytes before = previous.before(cursor.key(), cursor.main(), mayBlock);
    if (before == null) {
      return null;
    }
    return before.isEmpty()
        ? cursor.event()
        : EventBytes.event(cursor.isDeletion(), cursor.keyValue(), before);
  }

  /** How large a response may be that is made of whole revisions without looking at events. */
  long bytesMax(Watcher who) {
    return who.fragment
        ? Math.min(BYTES_MAX, fragmentBytes - EventBytes.RESPONSE_SIZE_MAX)
        : BYTES_MAX;
  }

  /** What was gathered; nothing may be added afterwards. */
  Batch finish() {
    return new Batch(runs.finish(), revision, next, nextSub, fragment, 0);
  }

  /** The same when nothing below {@code end} is left to be looked at. */
  Batch finishAt(long end) {
    return new Batch(runs.finish(), revision, Math.max(next, end), nextSub, fragment, 0);
  }
}
