// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.records;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A state of {@link RecentLog}: the records from {@link #firstRevision} to {@link #lastRevision},
 * immutable. Holding one keeps its arrays in memory.
 *
 * <p>A <em>position</em> is the number of bytes logged before a record since the log began. Chunks
 * are found by binary search over the few there are; within a chunk everything is found directly.
 */
@ThreadSafe
public final class RecentView {

  private final RecentChunk[] chunks;
  private final long lastMain;
  private final int lastSub;
  private final long end;

  /** The records of the last chunk that belong to this view; all of the others'. */
  private final int lastRecords;

  RecentView(RecentChunk[] chunks, long lastMain, int lastSub, long end) {
    this.chunks = chunks;
    this.lastMain = lastMain;
    this.lastSub = lastSub;
    this.end = end;
    this.lastRecords = chunks.length == 0 ? 0 : chunks[chunks.length - 1].records;
  }

  /** The oldest revision of which all records are here; after {@link #lastRevision} if empty. */
  public long firstRevision() {
    if (chunks.length == 0) {
      return lastMain + 1;
    }
    return chunks[0].firstSub == 0 ? chunks[0].firstMain : chunks[0].firstMain + 1;
  }

  /** The newest revision, also when the log is empty. */
  public long lastRevision() {
    return lastMain;
  }

  /** The position behind the last record. */
  public long end() {
    return end;
  }

  /** The stored record of a revision; null if it is not here (any more). */
  public @Nullable Bytes find(long main, int sub) {
    if (main > lastMain || (main == lastMain && sub > lastSub)) {
      return null;
    }
    int c = chunkOf(main, sub);
    if (c < 0) {
      return null;
    }
    RecentChunk chunk = chunks[c];
    long n = chunk.numberOf(main, sub);
    int behind = main < lastMainOf(c) ? chunk.firstOf(main + 1) : records(c);
    return n < behind ? stored(c, (int) n) : null;
  }

  /**
   * A cursor over the records of revision {@code from} and later.
   *
   * @return null if some of them are not here any more
   */
  public @Nullable RecentCursor from(long from) {
    if (from < firstRevision()) {
      return null;
    }
    if (from > lastMain) {
      return new RecentCursor(this, chunks.length, 0);
    }
    int c = chunkOf(from, 0);
    return new RecentCursor(this, c, (int) chunks[c].numberOf(from, 0));
  }

  /**
   * A cursor over the records from {@code position} on, which must be where a record begins or the
   * end, and must not have been dropped (what is not flushed never is).
   */
  public RecentCursor fromPosition(long position) {
    for (int c = chunks.length - 1; c >= 0; c--) {
      RecentChunk chunk = chunks[c];
      if (chunk.startPosition <= position) {
        int n = chunk.numberAt((int) (position - chunk.startPosition), records(c));
        return new RecentCursor(this, c, n);
      }
    }
    return new RecentCursor(this, chunks.length, 0);
  }

  /**
   * All events of revisions {@code from} to {@code to} (both inclusive) as few runs as possible:
   * one per array.
   *
   * @return null if some of them are not here any more
   */
  public @Nullable List<Bytes> runs(long from, long to) {
    if (from < firstRevision()) {
      return null;
    }
    List<Bytes> runs = new ArrayList<>();
    long until = Math.min(to, lastMain);
    if (from > until) {
      return runs;
    }
    for (int c = chunkOf(from, 0); c < chunks.length; c++) {
      RecentChunk chunk = chunks[c];
      if (chunk.firstMain > until) {
        break;
      }
      int start = chunk.startsAtOrBefore(from, 0) ? chunk.frameStart(first(c, from)) : 0;
      int stop = until < lastMainOf(c) ? chunk.frameStart(chunk.firstOf(until + 1)) : bytes(c);
      runs.add(Bytes.of(chunk.data, start, stop - start));
    }
    return runs;
  }

  private int first(int c, long main) {
    return (int) chunks[c].numberOf(main, 0);
  }

  // ---- records by chunk and number, for cursors

  RecentChunk chunk(int c) {
    return chunks[c];
  }

  int chunkCount() {
    return chunks.length;
  }

  int records(int c) {
    return c == chunks.length - 1 ? lastRecords : chunks[c].records;
  }

  private int bytes(int c) {
    return (int)
        ((c == chunks.length - 1 ? end : chunks[c + 1].startPosition) - chunks[c].startPosition);
  }

  long lastMainOf(int c) {
    if (c == chunks.length - 1) {
      return lastMain;
    }
    RecentChunk next = chunks[c + 1];
    return next.firstSub == 0 ? next.firstMain - 1 : next.firstMain;
  }

  private int frameEnd(int c, int n) {
    return n + 1 == records(c) ? bytes(c) : chunks[c].frameStart(n + 1);
  }

  Bytes frame(int c, int n) {
    RecentChunk chunk = chunks[c];
    int start = chunk.frameStart(n);
    return Bytes.of(chunk.data, start, frameEnd(c, n) - start);
  }

  /** The key of a record: the first field of its key-value. */
  Bytes key(int c, int n) {
    RecentChunk chunk = chunks[c];
    int at = chunk.kvStart(n) + 1;
    int length = 0;
    int shift = 0;
    byte b;
    do {
      b = chunk.data[at++];
      length |= (b & 0x7f) << shift;
      shift += 7;
    } while (b < 0);
    return Bytes.of(chunk.data, at, length);
  }

  Bytes stored(int c, int n) {
    RecentChunk chunk = chunks[c];
    int start = chunk.kvStart(n);
    if (!chunk.isTombstone(n)) {
      return Bytes.of(chunk.data, start, frameEnd(c, n) - start);
    }
    Bytes key = key(c, n);
    return Bytes.of(chunk.data, start, key.offset() + key.length() - start);
  }

  Bytes eventKv(int c, int n) {
    int start = chunks[c].kvStart(n);
    return Bytes.of(chunks[c].data, start, frameEnd(c, n) - start);
  }

  /** The chunk in which (main, sub) lies if it is in any; -1 if it is older than all. */
  private int chunkOf(long main, int sub) {
    int low = 0;
    int high = chunks.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (chunks[middle].startsAtOrBefore(main, sub)) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high;
  }
}
