// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.records;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;

/** Walks over the records of a {@link RecentView} in revision order. Stands before the first. */
@OnLane("owner")
public final class RecentCursor {

  private final RecentView view;
  private int chunk;
  private int number;
  private long main;
  private int sub;

  RecentCursor(RecentView view, int chunk, int number) {
    this.view = view;
    this.chunk = chunk;
    this.number = number - 1;
    if (chunk < view.chunkCount()) {
      locate();
    }
  }

  /** Finds out which revision the record before the first one is taken to be. */
  private void locate() {
    RecentChunk c = view.chunk(chunk);
    main = c.firstMain;
    sub = c.firstSub - 1;
    if (number < 0) {
      return;
    }
    // The revision of a record is found by bisecting the chunk's revisions.
    long low = c.firstMain;
    long high = view.lastMainOf(chunk);
    while (low < high) {
      long middle = (low + high + 1) >>> 1;
      if (c.firstOf(middle) <= number) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    main = low;
    sub = number - c.firstOf(low) + (low == c.firstMain ? c.firstSub : 0);
  }

  /** Goes to the next record; false at the end of the view. */
  public boolean next() {
    while (chunk < view.chunkCount()) {
      RecentChunk c = view.chunk(chunk);
      if (number + 1 < view.records(chunk)) {
        number++;
        if (number == 0) {
          main = c.firstMain;
          sub = c.firstSub;
        } else if (main < view.lastMainOf(chunk) && c.firstOf(main + 1) == number) {
          main++;
          sub = 0;
        } else {
          sub++;
        }
        return true;
      }
      if (chunk + 1 == view.chunkCount()) {
        return false;
      }
      chunk++;
      number = -1;
    }
    return false;
  }

  /** The record's revision. */
  public long main() {
    return main;
  }

  /** The record's place within its revision. */
  public int sub() {
    return sub;
  }

  /** Whether the record is a deletion. */
  public boolean isTombstone() {
    return view.chunk(chunk).isTombstone(number);
  }

  /** Whether the record is a put that created its key. */
  public boolean isCreation() {
    return view.chunk(chunk).isCreation(number);
  }

  /** The key. */
  public Bytes key() {
    return view.key(chunk, number);
  }

  /** The record as it is stored and hashed. */
  public Bytes stored() {
    return view.stored(chunk, number);
  }

  /** The key-value of the record's event: a deletion has its modification revision too. */
  public Bytes eventKeyValue() {
    return view.eventKv(chunk, number);
  }

  /** The record as a run of one event. */
  public Bytes event() {
    return view.frame(chunk, number);
  }

  /** The position behind the record. */
  public long end() {
    Bytes event = event();
    return view.chunk(chunk).startPosition + event.offset() + event.length();
  }
}
