// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendlmdb;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;

/**
 * Walks with a cursor of LMDB, which says where in the map an entry lies.
 *
 * <p>Keys and values are copied into chunks of the heap that are never written twice: a copy per
 * entry, but no allocation per entry.
 */
final class LmdbCursor implements Cursor {
  private static final int FIRST_CHUNK_BYTES = 1 << 10;
  private static final int CHUNK_BYTES_MAX = 64 << 10;

  private enum Position {
    BEFORE,
    ON_ENTRY,
    AFTER,
    CLOSED
  }

  private final LmdbView view;
  private final Exchange exchange;
  private final long cursor;
  private final Table table;
  private final Bytes from;
  private final Bytes to;
  private final boolean reverse;
  private Position position;

  private byte[] chunk = new byte[FIRST_CHUNK_BYTES];
  private int used;

  /** Takes over a pin of the view, the exchange and LMDB's cursor. */
  LmdbCursor(
      LmdbView view,
      Exchange exchange,
      long cursor,
      Table table,
      Bytes from,
      Bytes to,
      boolean reverse) {
    this.view = view;
    this.exchange = exchange;
    this.cursor = cursor;
    this.table = table;
    this.from = from.compact();
    this.to = to.compact();
    this.reverse = reverse;
    boolean empty = !to.isEmpty() && from.compareTo(to) >= 0;
    position = empty ? Position.AFTER : Position.BEFORE;
  }

  @Override
  public boolean next() {
    view.requireOpen();
    int result =
        switch (position) {
          case BEFORE -> reverse ? last() : first();
          case ON_ENTRY -> move(reverse ? Lmdb.PREV : Lmdb.NEXT);
          case AFTER, CLOSED -> Lmdb.NOTFOUND;
        };
    if (result == 0 && inRange()) {
      position = Position.ON_ENTRY;
      return true;
    }
    if (position != Position.CLOSED) {
      position = Position.AFTER;
    }
    if (result != 0 && result != Lmdb.NOTFOUND) {
      throw view.failure(result, table);
    }
    return false;
  }

  private int first() {
    if (from.isEmpty()) {
      return move(Lmdb.FIRST);
    }
    exchange.putKey(from);
    return move(Lmdb.SET_RANGE);
  }

  /** The last entry below the end. */
  private int last() {
    if (!to.isEmpty()) {
      exchange.putKey(to);
      int result = move(Lmdb.SET_RANGE);
      if (result == 0) {
        return move(Lmdb.PREV);
      }
      if (result != Lmdb.NOTFOUND) {
        return result;
      }
    }
    return move(Lmdb.LAST);
  }

  private int move(int operation) {
    return Lmdb.cursorGet(cursor, exchange.key(), exchange.value(), operation);
  }

  private boolean inRange() {
    if (reverse) {
      return Lmdb.compare(exchange.keyAddress(), exchange.keyLength(), from) >= 0;
    }
    return to.isEmpty() || Lmdb.compare(exchange.keyAddress(), exchange.keyLength(), to) < 0;
  }

  @Override
  public Bytes key() {
    requireEntry();
    return copy(exchange.keyAddress(), exchange.keyLength());
  }

  @Override
  public Bytes value() {
    requireEntry();
    return copy(exchange.valueAddress(), exchange.valueLength());
  }

  private Bytes copy(long address, int length) {
    if (length > chunk.length - used) {
      // The present chunk is left to those who have slices of it.
      chunk = new byte[Math.max(Math.min(CHUNK_BYTES_MAX, chunk.length * 4), length)];
      used = 0;
    }
    Lmdb.copyOut(address, chunk, used, length);
    Bytes copied = Bytes.of(chunk, used, length);
    used += length;
    return copied;
  }

  private void requireEntry() {
    view.requireOpen();
    InvariantViolation.check(position == Position.ON_ENTRY, "a cursor is read on an entry");
  }

  @Override
  public void close() {
    if (position != Position.CLOSED) {
      position = Position.CLOSED;
      Lmdb.cursorClose(cursor);
      exchange.close();
      view.unpin();
    }
  }
}
