// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.records;

import java.util.Arrays;

/**
 * A part of {@link RecentLog}: framed records in one array, and where each of them and each
 * revision begins.
 *
 * <p>Written by the apply lane only. Readers look at the records before the end of the {@link
 * RecentView} they hold, whose publication orders what was written before it. The tables grow by
 * replacement; their fields are volatile so that a reader who sees a newer table sees its content
 * too.
 */
final class RecentChunk {

  private static final int TOMBSTONE = 0x40;
  private static final int CREATION = 0x80;
  private static final int HEADER_MASK = 0x3f;

  final byte[] data;

  /** The log's length before this chunk, in bytes. */
  final long startPosition;

  final long firstMain;
  final int firstSub;

  /** Bytes and records written. Writer only; readers go by their view. */
  int used;

  int records;
  long lastMain;
  int lastSub;

  /** Where each record's frame begins. */
  private volatile int[] frames = new int[64];

  /** For each record the length of the frame before the key-value, and two marks. */
  private volatile byte[] marks = new byte[64];

  /** The number of each revision's first record in this chunk. */
  private volatile int[] revisions = new int[64];

  RecentChunk(int capacity, long startPosition, long firstMain, int firstSub) {
    this.data = new byte[capacity];
    this.startPosition = startPosition;
    this.firstMain = firstMain;
    this.firstSub = firstSub;
    this.lastMain = firstMain - 1;
  }

  /** Enters the record whose frame has been written at {@link #used}. */
  void enter(long main, int sub, boolean tombstone, boolean creation, int header, int frameLength) {
    int n = records;
    if (n == frames.length) {
      frames = Arrays.copyOf(frames, n * 2);
      marks = Arrays.copyOf(marks, n * 2);
    }
    frames[n] = used;
    marks[n] = (byte) (header | (tombstone ? TOMBSTONE : 0) | (creation ? CREATION : 0));
    if (main != lastMain) {
      int revision = (int) (main - firstMain);
      if (revision == revisions.length) {
        revisions = Arrays.copyOf(revisions, revision * 2);
      }
      revisions[revision] = n;
      lastMain = main;
    }
    lastSub = sub;
    used += frameLength;
    records = n + 1;
  }

  /** Whether the chunk's first record is that of (main, sub) or an older one. */
  boolean startsAtOrBefore(long main, int sub) {
    return firstMain < main || (firstMain == main && firstSub <= sub);
  }

  /** The number that the record (main, sub) has if the chunk holds it; may be beyond the end. */
  long numberOf(long main, int sub) {
    if (main == firstMain) {
      return (long) sub - firstSub;
    }
    return (long) revisions[(int) (main - firstMain)] + sub;
  }

  /** The number of the first record of a revision that this chunk has an entry for. */
  int firstOf(long main) {
    return revisions[(int) (main - firstMain)];
  }

  /** The number of the record whose frame begins at {@code offset}; {@code count} at the end. */
  int numberAt(int offset, int count) {
    int found = Arrays.binarySearch(frames, 0, count, offset);
    return found >= 0 ? found : count;
  }

  int frameStart(int n) {
    return frames[n];
  }

  int kvStart(int n) {
    return frames[n] + (marks[n] & HEADER_MASK);
  }

  boolean isTombstone(int n) {
    return (marks[n] & TOMBSTONE) != 0;
  }

  boolean isCreation(int n) {
    return (marks[n] & CREATION) != 0;
  }
}
