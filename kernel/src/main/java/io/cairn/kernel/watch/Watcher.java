// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.WatchRequest;
import org.jspecify.annotations.Nullable;

/**
 * A range that a client watches, and how far it has been told.
 *
 * <p>Everything below {@link #next} is told. While {@code next < liveFrom} the watcher is catching
 * up and history between the two is looked through; from {@link #liveFrom} on, the apply lane notes
 * the numbers of the revisions that concern it. It notes at most {@link #NOTED_MAX}; then it
 * forgets them and the watcher catches up again. For a watcher of everything no numbers are noted:
 * whatever is published concerns it.
 *
 * <p>Fields are grouped by whose they are; there are no others that two threads share.
 */
final class Watcher {
  /** How many revisions may wait, as many as etcd's responses. */
  static final int NOTED_MAX = 128;

  private static final int NOTED_MIN = 4;
  static final long[] NOTHING_NOTED = {};

  final ClientStream stream;
  final long id;
  final KeyRange range;
  final boolean watchesEverything;
  final boolean progressNotify;
  final boolean prevKv;
  final boolean fragment;
  final long startRevision;
  private final boolean noPut;
  private final boolean noDelete;

  /** The hub's lock: the watcher's place in its group. */
  int groupSlot;

  // The stream's lock.

  /** From here on the apply lane notes revisions. */
  long liveFrom;

  /** The stream's queue holds the watcher. */
  boolean queued;

  /** It is the catch-up lane's turn; the stream's thread leaves the watcher alone. */
  boolean fetching;

  /** What the catch-up lane has read. */
  @Nullable Batch fetched;

  /** It was cancelled, or the stream closed. */
  boolean gone;

  private long[] noted = NOTHING_NOTED;
  private int notedFirst;
  private int notedCount;
  // Numbers from here on were forgotten; 0 if none were.
  private long forgottenFrom;
  private long newestNoted;

  // The stream's thread.

  /** The first revision that has not been told in full. Set first by {@link #begin}. */
  long next;

  /** How many changes of that revision have been told, if it is sent in fragments. */
  int nextSub;

  /** Compaction has overtaken it; it only waits for being cancelled. */
  boolean compacted;

  /** It has been sent events since the last tick of the progress timer. */
  boolean toldSinceTick;

  /** It is to be sent a progress notification if it has nothing else to say. */
  boolean progressDue;

  Watcher(ClientStream stream, long id, KeyRange range, WatchRequest request) {
    this.stream = stream;
    this.id = id;
    this.range = range;
    this.watchesEverything = range.isOpenEnded() && range.key().compareTo(KeyRange.ZERO) <= 0;
    this.progressNotify = request.progressNotify();
    this.prevKv = request.prevKv();
    this.fragment = request.fragment();
    this.noPut = request.noPut();
    this.noDelete = request.noDelete();
    this.startRevision = request.startRevision();
  }

  /** Whether every event is sent just as the recent log holds it. */
  boolean takesEventsAsTheyAre() {
    return watchesEverything && !noPut && !noDelete && !prevKv;
  }

  /** Whether the event under the cursor is to be sent. */
  boolean wants(EventCursor event) {
    return !(event.isDeletion() ? noDelete : noPut)
        && (watchesEverything || range.contains(event.key()));
  }

  // Under the stream's lock.

  /**
   * Notes that {@code revision} concerns the watcher, once for each of its changes that do. Between
   * two of them the stream may have told the whole revision, since it is published already.
   *
   * @return whether that is news
   */
  boolean note(long revision) {
    if (revision < liveFrom || forgottenFrom != 0) {
      return false;
    }
    if (newestNoted == revision) {
      return false;
    }
    newestNoted = revision;
    if (notedCount == NOTED_MAX) {
      forgottenFrom = notedAt(0);
      clearNoted();
      return true;
    }
    if (notedCount == noted.length) {
      grow();
    }
    noted[(notedFirst + notedCount++) & (noted.length - 1)] = revision;
    return true;
  }

  /**
   * Takes it that every revision from {@code from} to {@code to} may concern the watcher.
   *
   * @return whether that is news
   */
  boolean miss(long from, long to) {
    long first = Math.max(from, liveFrom);
    if (first > to || forgottenFrom != 0) {
      return false;
    }
    forgottenFrom = notedCount > 0 ? notedAt(0) : first;
    clearNoted();
    return true;
  }

  /** Whether numbers had to be forgotten, so that the watcher has to catch up. */
  boolean hasForgotten() {
    return forgottenFrom != 0;
  }

  /** Begins its life while {@code revision} is the newest. */
  void begin(long revision) {
    next = startRevision == 0 ? revision + 1 : startRevision;
    liveFrom = Math.max(revision + 1, startRevision);
  }

  /**
   * Exchanges what is noted for catching up on everything published up to {@code revision}. On the
   * stream's thread.
   */
  void catchUpTo(long revision) {
    if (next >= liveFrom) {
      // It was live, so nothing before what is noted concerns it. A revision that is half told is
      // noted still, and begins where it was left.
      long from = forgottenFrom != 0 ? forgottenFrom : notedCount > 0 ? notedAt(0) : next;
      next = Math.max(next, from);
    }
    forgottenFrom = 0;
    clearNoted();
    liveFrom = Math.max(liveFrom, revision + 1);
  }

  /** The noted numbers, in an array of their own. */
  long[] copyNoted() {
    long[] copy = new long[notedCount];
    for (int i = 0; i < notedCount; i++) {
      copy[i] = notedAt(i);
    }
    return copy;
  }

  /** Drops the noted numbers below {@code revision}. */
  void dropNotedBelow(long revision) {
    while (notedCount > 0 && notedAt(0) < revision) {
      notedFirst = (notedFirst + 1) & (noted.length - 1);
      notedCount--;
    }
    if (notedCount == 0) {
      clearNoted();
    }
  }

  /** Whether there is something up to {@code revision}, which is published, that was not told. */
  boolean isBehind(long revision) {
    if (watchesEverything || next < liveFrom) {
      return next <= revision;
    }
    return forgottenFrom != 0 || (notedCount > 0 && notedAt(0) <= revision);
  }

  private long notedAt(int i) {
    return noted[(notedFirst + i) & (noted.length - 1)];
  }

  /** A watcher with nothing noted holds no large array. */
  private void clearNoted() {
    notedFirst = 0;
    notedCount = 0;
    if (noted.length > NOTED_MIN) {
      noted = NOTHING_NOTED;
    }
  }

  private void grow() {
    long[] larger = new long[Math.max(NOTED_MIN, 2 * noted.length)];
    for (int i = 0; i < notedCount; i++) {
      larger[i] = notedAt(i);
    }
    noted = larger;
    notedFirst = 0;
  }

  /** A range that keeps no array of a request alive. */
  static KeyRange compact(Bytes key, Bytes end) {
    return new KeyRange(key.compact(), end.compact());
  }
}
