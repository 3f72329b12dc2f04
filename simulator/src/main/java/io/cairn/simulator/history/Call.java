// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.history;

import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.TxnRequest;

/** What a client asks for. */
public sealed interface Call {
  /** Reads a range. */
  record Range(RangeRequest request) implements Call {}

  /** Sets a key. */
  record Put(PutRequest request) implements Call {}

  /** Deletes a range. */
  record Delete(DeleteRequest request) implements Call {}

  /** Does a transaction. */
  record Txn(TxnRequest request) implements Call {}

  /** Forgets history. */
  record Compact(CompactRequest request) implements Call {}

  /** Makes a lease; with id 0 the store chooses one. */
  record Grant(long id, long ttlSeconds) implements Call {}

  /** Ends a lease. */
  record Revoke(long id) implements Call {}

  /** Renews a lease. */
  record KeepAlive(long id) implements Call {}

  /** Whether the call changes nothing and needs no entry in the log. */
  default boolean isRead() {
    return switch (this) {
      case Range _ -> true;
      case Txn(TxnRequest txn) -> readsOnly(txn);
      case Put _, Delete _, Compact _, Grant _, Revoke _, KeepAlive _ -> false;
    };
  }

  /** Whether the call may be answered from stale state. */
  default boolean isSerializable() {
    return switch (this) {
      case Range(RangeRequest range) -> range.serializable();
      case Txn(TxnRequest txn) -> readsOnly(txn) && isSerializable(txn);
      case Put _, Delete _, Compact _, Grant _, Revoke _, KeepAlive _ -> false;
    };
  }

  private static boolean readsOnly(TxnRequest txn) {
    return txn.success().stream().allMatch(Call::reads)
        && txn.failure().stream().allMatch(Call::reads);
  }

  private static boolean reads(Operation operation) {
    return switch (operation) {
      case RangeRequest _ -> true;
      case TxnRequest nested -> readsOnly(nested);
      case PutRequest _, DeleteRequest _, Operation.Missing _ -> false;
    };
  }

  /** As etcd has it: serializable if every operation is a range that says so. */
  private static boolean isSerializable(TxnRequest txn) {
    return txn.success().stream().allMatch(Call::isSerializable)
        && txn.failure().stream().allMatch(Call::isSerializable);
  }

  private static boolean isSerializable(Operation operation) {
    return operation instanceof RangeRequest range && range.serializable();
  }
}
