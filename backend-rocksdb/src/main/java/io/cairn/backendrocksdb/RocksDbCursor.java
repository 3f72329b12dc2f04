// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendrocksdb;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** Walks with an iterator of RocksDB, which reads ahead by itself once it is used for long. */
final class RocksDbCursor implements Cursor {
  private enum Position {
    BEFORE,
    ON_ENTRY,
    AFTER,
    CLOSED
  }

  private final RocksDbView view;
  private final Table table;
  private final boolean reverse;
  private final ReadOptions reads;
  private final @Nullable Slice from;
  private final @Nullable Slice to;
  private final RocksIterator iterator;
  private final Slices slices = new Slices();
  private Position position;

  /** Takes over a pin of the view. */
  RocksDbCursor(
      RocksDbView view,
      ColumnFamilyHandle family,
      Table table,
      Bytes from,
      Bytes to,
      boolean reverse) {
    this.view = view;
    this.table = table;
    this.reverse = reverse;
    this.from = from.isEmpty() ? null : new Slice(RocksDbEngine.array(from));
    this.to = to.isEmpty() ? null : new Slice(RocksDbEngine.array(to));
    // What is walked over is seldom wanted again soon; the cache is for keys that are asked for.
    reads =
        new ReadOptions()
            .setSnapshot(view.snapshot())
            .setFillCache(false)
            .setBackgroundPurgeOnIteratorCleanup(true);
    if (this.from != null) {
      reads.setIterateLowerBound(this.from);
    }
    if (this.to != null) {
      reads.setIterateUpperBound(this.to);
    }
    iterator = view.database().newIterator(family, reads);
    boolean empty = !to.isEmpty() && from.compareTo(to) >= 0;
    position = empty ? Position.AFTER : Position.BEFORE;
  }

  @Override
  public boolean next() {
    view.requireOpen();
    switch (position) {
      case BEFORE -> start();
      case ON_ENTRY -> advance();
      case AFTER, CLOSED -> {
        return false;
      }
    }
    if (iterator.isValid()) {
      position = Position.ON_ENTRY;
      return true;
    }
    position = Position.AFTER;
    try {
      iterator.status(); // an iterator ends at an error as it ends at the end
    } catch (RocksDBException e) {
      throw RocksDbFailures.of(
          "walk over table '" + table.name() + "'", view.engine().directory(), e);
    }
    return false;
  }

  private void start() {
    if (reverse) {
      iterator.seekToLast();
    } else {
      iterator.seekToFirst();
    }
  }

  private void advance() {
    if (reverse) {
      iterator.prev();
    } else {
      iterator.next();
    }
  }

  @Override
  public Bytes key() {
    requireEntry();
    return slices.key(iterator);
  }

  @Override
  public Bytes value() {
    requireEntry();
    return slices.value(iterator);
  }

  private void requireEntry() {
    view.requireOpen();
    InvariantViolation.check(position == Position.ON_ENTRY, "a cursor is read on an entry");
  }

  @Override
  public void close() {
    if (position != Position.CLOSED) {
      position = Position.CLOSED;
      iterator.close();
      reads.close();
      if (from != null) {
        from.close();
      }
      if (to != null) {
        to.close();
      }
      view.unpin();
    }
  }
}
