// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.records;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.EventFormat;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.WireCursor;
import java.util.Arrays;

/**
 * The newest records in revision order, encoded: what the flush lane has yet to write, what
 * watchers read, and the youngest part of the value cache.
 *
 * <p>Each record is kept as the watch event that it causes (rule V3 of {@link EventFormat}), so
 * that any stretch of the log is a run that a transport can copy as it is. The stored record is a
 * slice of the event: of a put the whole key-value, of a deletion its first field, because the
 * event's key-value has the modification revision behind the key.
 *
 * <p>Records lie one behind the other in arrays of 1 MiB (a larger record gets a larger array).
 * Arrays are dropped, oldest first, when the log exceeds its budget and they have been flushed;
 * slices that are still in use keep theirs alive, so readers need no pins.
 *
 * <p><b>Threads.</b> The apply lane appends and publishes; the flush lane calls {@link #flushed};
 * anyone reads {@link #published}.
 */
@ThreadSafe
public final class RecentLog {

  private static final int CHUNK_BYTES = 1 << 20;

  /** A chunk takes no more records than this, so that its tables stay small beside its data. */
  private static final int RECORDS_MAX = 1 << 16;

  private final long budgetBytes;
  private final int chunkBytes;

  /** The chunks that are kept, oldest first; replaced, never changed. Apply lane. */
  private RecentChunk[] chunks = {};

  private long heldBytes;
  private long lastMain;
  private int lastSub = Integer.MAX_VALUE - 1;

  /** Written by the flush lane, read by the apply lane, which drops what lies before it. */
  private volatile long flushedPosition;

  /** Written by the apply lane, read by all. */
  private volatile RecentView published;

  /**
   * An empty log whose first record will be of the revision after {@code revision}.
   *
   * @param budgetBytes what flushed records are kept up to; those not yet flushed are always kept
   */
  public RecentLog(long revision, long budgetBytes) {
    this(revision, budgetBytes, CHUNK_BYTES);
  }

  /** Tests choose small chunks. */
  RecentLog(long revision, long budgetBytes, int chunkBytes) {
    this.budgetBytes = budgetBytes;
    this.chunkBytes = chunkBytes;
    this.lastMain = revision;
    this.published = new RecentView(chunks, revision, -1, 0);
  }

  // ---- apply lane

  /** Appends a put and returns its stored record. Revisions and subs must follow on each other. */
  public Bytes appendPut(
      Bytes key, long createRevision, long main, int sub, long version, Bytes value, long lease) {
    int kvLength = KeyValueFormat.size(key, createRevision, main, version, value, lease);
    int event = 1 + WireCursor.varintSize(kvLength) + kvLength;
    int frame = 1 + WireCursor.varintSize(event) + event;
    RecentChunk chunk = chunkFor(main, sub, frame);
    byte[] data = chunk.data;
    int at = chunk.used;
    data[at++] = EventFormat.TAG_EVENT;
    at = WireCursor.writeVarint(data, at, event);
    data[at++] = EventFormat.TAG_KV;
    at = WireCursor.writeVarint(data, at, kvLength);
    int header = at - chunk.used;
    KeyValueFormat.write(data, at, key, createRevision, main, version, value, lease);
    enter(chunk, main, sub, false, createRevision == main, header, frame);
    return Bytes.of(data, at, kvLength);
  }

  /** Appends a deletion and returns its stored record, the tombstone. */
  public Bytes appendTombstone(Bytes key, long main, int sub) {
    int stored = KeyValueFormat.size(key, 0, 0, 0, Bytes.EMPTY, 0);
    int kvLength = KeyValueFormat.size(key, 0, main, 0, Bytes.EMPTY, 0);
    int event = 2 + 1 + WireCursor.varintSize(kvLength) + kvLength;
    int frame = 1 + WireCursor.varintSize(event) + event;
    RecentChunk chunk = chunkFor(main, sub, frame);
    byte[] data = chunk.data;
    int at = chunk.used;
    data[at++] = EventFormat.TAG_EVENT;
    at = WireCursor.writeVarint(data, at, event);
    data[at++] = EventFormat.TAG_TYPE;
    data[at++] = 1;
    data[at++] = EventFormat.TAG_KV;
    at = WireCursor.writeVarint(data, at, kvLength);
    int header = at - chunk.used;
    KeyValueFormat.write(data, at, key, 0, main, 0, Bytes.EMPTY, 0);
    enter(chunk, main, sub, true, false, header, frame);
    return Bytes.of(data, at, stored);
  }

  private RecentChunk chunkFor(long main, int sub, int frame) {
    boolean follows = main == lastMain ? sub == lastSub + 1 : main == lastMain + 1 && sub == 0;
    InvariantViolation.check(follows, "records must be appended in order, without gaps");
    if (chunks.length > 0) {
      RecentChunk last = chunks[chunks.length - 1];
      if (last.used + frame <= last.data.length && last.records < RECORDS_MAX) {
        return last;
      }
    }
    RecentChunk chunk = new RecentChunk(Math.max(chunkBytes, frame), end(), main, sub);
    RecentChunk[] more = Arrays.copyOf(chunks, chunks.length + 1);
    more[chunks.length] = chunk;
    chunks = more;
    heldBytes += chunk.data.length;
    return chunk;
  }

  private void enter(
      RecentChunk chunk,
      long main,
      int sub,
      boolean tombstone,
      boolean creation,
      int header,
      int frame) {
    chunk.enter(main, sub, tombstone, creation, header, frame);
    lastMain = main;
    lastSub = sub;
  }

  /** The position behind the last record appended, published or not. */
  public long end() {
    if (chunks.length == 0) {
      return published.end();
    }
    RecentChunk last = chunks[chunks.length - 1];
    return last.startPosition + last.used;
  }

  /** Everything appended so far, for the apply lane's own reads inside a batch. */
  public RecentView unpublished() {
    return new RecentView(chunks, lastMain, lastSub, end());
  }

  /** Makes what was appended visible, and drops old flushed arrays beyond the budget. */
  public RecentView publish() {
    long end = end();
    long flushed = flushedPosition;
    int drop = 0;
    long held = heldBytes;
    // The last chunk stays: it is being written.
    while (drop < chunks.length - 1
        && held > budgetBytes
        && chunks[drop + 1].startPosition <= flushed) {
      held -= chunks[drop].data.length;
      drop++;
    }
    if (drop > 0) {
      chunks = Arrays.copyOfRange(chunks, drop, chunks.length);
      heldBytes = held;
    }
    RecentView view = new RecentView(chunks, lastMain, lastSub, end);
    published = view;
    return view;
  }

  /**
   * Forgets everything and goes on behind {@code revision}, which is above the last one: what lies
   * between came from another member. Nobody is flushing, and nobody asks for it to be flushed.
   */
  public RecentView restart(long revision) {
    long end = end();
    chunks = new RecentChunk[0];
    heldBytes = 0;
    lastMain = revision;
    lastSub = Integer.MAX_VALUE - 1;
    RecentView view = new RecentView(chunks, revision, -1, end);
    flushedPosition = end;
    published = view;
    return view;
  }

  // ---- flush lane

  /** Says that everything before {@code position} is in the engine. */
  public void flushed(long position) {
    InvariantViolation.check(position >= flushedPosition, "what is flushed stays flushed");
    flushedPosition = position;
  }

  // ---- anyone

  /** What has been published. */
  public RecentView published() {
    return published;
  }

  /** Up to where the log has been flushed. */
  public long flushedPosition() {
    return flushedPosition;
  }

  /** The memory that the log holds, apart from its tables. Apply lane. */
  public long heldBytes() {
    return heldBytes;
  }

  /** The bytes of published records that have not been flushed. */
  public long unflushedBytes() {
    // In this order, so that the difference is not negative.
    long flushed = flushedPosition;
    return Math.max(0, published.end() - flushed);
  }
}
