// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendlmdb;

import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.Table;
import io.cairn.spi.storage.Table.KeyOrder;
import io.cairn.spi.store.Bytes;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Applies mutations in one write transaction. Its cursors, one per table, end with the transaction.
 *
 * <p>Values are copied once, from the heap into the page: LMDB makes room and says where.
 */
final class LmdbWriter {
  private final LmdbEngine engine;
  private final Exchange exchange;
  private final long txn;
  private final Map<Table, Long> cursors = new LinkedHashMap<>();
  private @Nullable Table current;
  private long cursor;

  LmdbWriter(LmdbEngine engine, Exchange exchange, long txn) {
    this.engine = engine;
    this.exchange = exchange;
    this.txn = txn;
  }

  void apply(Mutation mutation) {
    select(mutation.table());
    switch (mutation) {
      case Mutation.Put put -> put(put);
      case Mutation.Delete delete -> delete(delete.table(), delete.key());
      case Mutation.DeleteRange range -> deleteRange(range);
    }
  }

  private void put(Mutation.Put put) {
    exchange.putKey(put.key());
    exchange.askForRoom(put.value().length());
    int result;
    if (put.table().keys() == KeyOrder.ASCENDING) {
      // Fills leaves to the end instead of splitting them in halves.
      result = write(Lmdb.RESERVE | Lmdb.APPEND);
      if (result == Lmdb.KEYEXIST) {
        // Not greater than the greatest, after all.
        exchange.askForRoom(put.value().length());
        result = write(Lmdb.RESERVE);
      }
    } else {
      result = write(Lmdb.RESERVE);
    }
    check(result, put.table());
    Lmdb.copyIn(put.value(), exchange.valueAddress());
  }

  private int write(int flags) {
    return Lmdb.cursorPut(cursor, exchange.key(), exchange.value(), flags);
  }

  private void delete(Table table, Bytes key) {
    exchange.putKey(key);
    int result = move(Lmdb.SET);
    if (result != Lmdb.NOTFOUND) {
      check(result, table);
      check(Lmdb.cursorDelete(cursor), table);
    }
  }

  private void deleteRange(Mutation.DeleteRange range) {
    int result;
    if (range.from().isEmpty()) {
      result = move(Lmdb.FIRST);
    } else {
      exchange.putKey(range.from());
      result = move(Lmdb.SET_RANGE);
    }
    Bytes to = range.to();
    while (result == 0
        && (to.isEmpty() || Lmdb.compare(exchange.keyAddress(), exchange.keyLength(), to) < 0)) {
      check(Lmdb.cursorDelete(cursor), range.table());
      // After a deletion the cursor stands before the next entry.
      result = move(Lmdb.NEXT);
    }
    if (result != Lmdb.NOTFOUND) {
      check(result, range.table());
    }
  }

  private int move(int operation) {
    return Lmdb.cursorGet(cursor, exchange.key(), exchange.value(), operation);
  }

  /** Batches have long runs of mutations of one table. */
  private void select(Table table) {
    if (!table.equals(current)) {
      cursor = cursors.computeIfAbsent(table, this::open);
      current = table;
    }
  }

  private long open(Table table) {
    check(Lmdb.cursorOpen(txn, engine.database(table), exchange.result()), table);
    return Lmdb.getLong(exchange.result());
  }

  private void check(int result, Table table) {
    if (result != 0) {
      throw LmdbFailures.of(result, "change table '" + table.name() + "'", engine.directory());
    }
  }
}
