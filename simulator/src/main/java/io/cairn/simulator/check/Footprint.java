// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.check;

import io.cairn.simulator.history.Call;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.TxnRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys that a request is about, as ranges.
 *
 * @param touched all of them
 * @param written those that it may change
 * @param compared those that decide what it does
 */
record Footprint(List<KeyRange> touched, List<KeyRange> written, List<KeyRange> compared) {

  static Footprint of(Call call) {
    Footprint footprint = new Footprint(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    switch (call) {
      case Call.Range(RangeRequest range) -> footprint.add(range);
      case Call.Put(PutRequest put) -> footprint.add(put);
      case Call.Delete(DeleteRequest delete) -> footprint.add(delete);
      case Call.Txn(TxnRequest txn) -> footprint.add(txn);
      case Call.Compact _, Call.Grant _, Call.Revoke _, Call.KeepAlive _ -> {}
    }
    return footprint;
  }

  private void add(Operation operation) {
    switch (operation) {
      case RangeRequest range -> touched.add(range.range());
      case PutRequest put -> {
        touched.add(KeyRange.single(put.key()));
        written.add(KeyRange.single(put.key()));
      }
      case DeleteRequest delete -> {
        touched.add(delete.range());
        written.add(delete.range());
      }
      case TxnRequest txn -> {
        for (var compare : txn.compares()) {
          touched.add(compare.range());
          compared.add(compare.range());
        }
        txn.success().forEach(this::add);
        txn.failure().forEach(this::add);
      }
      case Operation.Missing _ -> {}
    }
  }

  /** Whether it makes a difference to {@code later} that this is done before it, not after it. */
  boolean mattersTo(Footprint later) {
    return overlap(written, later.touched) || overlap(compared, later.written);
  }

  private static boolean overlap(List<KeyRange> some, List<KeyRange> others) {
    for (KeyRange one : some) {
      for (KeyRange other : others) {
        if (beginsBeforeEnd(one.key(), other) && beginsBeforeEnd(other.key(), one)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean beginsBeforeEnd(Bytes key, KeyRange range) {
    return range.isOpenEnded()
        || (range.isSingle() ? key.compareTo(range.key()) <= 0 : key.compareTo(range.end()) < 0);
  }
}
