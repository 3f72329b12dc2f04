// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.kv;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.TxnRequest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The rule that a list of operations must not put a key twice, nor put what it deletes, with the
 * gaps that it has in etcd: the branches of one nested transaction exclude each other and may put
 * the same key; a put is not compared with deletes of later siblings; and a delete "from key"
 * covers nothing, because its range end is taken literally.
 */
final class TxnOverlaps {
  private final TreeSet<Bytes> puts = new TreeSet<>();
  // Disjoint intervals, from start (inclusive) to end (exclusive).
  private final TreeMap<Bytes, Bytes> deletes = new TreeMap<>();

  private TxnOverlaps() {}

  static boolean putsTwice(List<Operation> operations) {
    boolean trivial =
        operations.isEmpty()
            || (operations.size() == 1 && !(operations.getFirst() instanceof TxnRequest));
    return !trivial && new TxnOverlaps().collides(operations);
  }

  private boolean collides(List<Operation> operations) {
    for (Operation operation : operations) {
      if (operation instanceof DeleteRequest delete) {
        addDelete(delete.range());
      }
    }
    for (Operation operation : operations) {
      if (operation instanceof TxnRequest txn && collides(txn)) {
        return true;
      }
    }
    for (Operation operation : operations) {
      if (operation instanceof PutRequest put && collides(put.key())) {
        return true;
      }
    }
    return false;
  }

  private boolean collides(TxnRequest txn) {
    TxnOverlaps success = new TxnOverlaps();
    TxnOverlaps failure = new TxnOverlaps();
    if (success.collides(txn.success()) || failure.collides(txn.failure())) {
      return true;
    }
    success.puts.addAll(failure.puts);
    for (Bytes key : success.puts) {
      if (collides(key)) {
        return true;
      }
    }
    success.deletes.forEach(this::addDelete);
    failure.deletes.forEach(this::addDelete);
    return false;
  }

  /** Enters a key that is put; true if it has been put or deleted before. */
  private boolean collides(Bytes key) {
    Map.@Nullable Entry<Bytes, Bytes> near = deletes.floorEntry(key);
    boolean deleted = near != null && key.compareTo(near.getValue()) < 0;
    return !puts.add(key) || deleted;
  }

  private void addDelete(KeyRange range) {
    if (range.isSingle()) {
      addDelete(range.key(), RangePages.successor(range.key()));
    } else if (range.key().compareTo(range.end()) < 0) {
      addDelete(range.key(), range.end());
    }
  }

  /** Adds an interval, joining it with those that it touches. */
  private void addDelete(Bytes from, Bytes to) {
    Bytes start = from;
    Bytes end = to;
    Map.@Nullable Entry<Bytes, Bytes> near = deletes.floorEntry(end);
    while (near != null && near.getValue().compareTo(start) >= 0) {
      start = near.getKey().compareTo(start) < 0 ? near.getKey() : start;
      end = near.getValue().compareTo(end) > 0 ? near.getValue() : end;
      deletes.remove(near.getKey());
      near = deletes.floorEntry(end);
    }
    deletes.put(start, end);
  }
}
