// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.kv;

import io.cairn.spi.store.Compare;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.TxnRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a request whatever the state: checked before anything else is looked at. Every
 * method named {@code refuses} answers why the request is refused, or null.
 */
final class RequestChecks {
  private RequestChecks() {}

  static @Nullable Reason refuses(RangeRequest range) {
    if (range.range().key().isEmpty()) {
      return new Reason.KeyMissing();
    }
    boolean sortable =
        range.order() != RangeRequest.SortOrder.UNKNOWN
            && range.target() != RangeRequest.SortTarget.UNKNOWN;
    return sortable ? null : new Reason.InvalidSort();
  }

  static @Nullable Reason refusesStream(RangeRequest range) {
    Reason refusal = refuses(range);
    if (refusal != null) {
      return refusal;
    }
    boolean plain =
        range.order() == RangeRequest.SortOrder.NONE
            || (range.order() == RangeRequest.SortOrder.ASCEND
                && range.target() == RangeRequest.SortTarget.KEY);
    if (!plain) {
      return new Reason.StreamCannotSort();
    }
    return range.isFiltered() ? new Reason.StreamCannotFilter() : null;
  }

  static @Nullable Reason refuses(PutRequest put) {
    if (put.key().isEmpty()) {
      return new Reason.KeyMissing();
    }
    if (put.ignoreValue() && !put.value().isEmpty()) {
      return new Reason.ValueProvided();
    }
    return put.ignoreLease() && put.lease() != 0 ? new Reason.LeaseProvided() : null;
  }

  static @Nullable Reason refuses(DeleteRequest delete) {
    return delete.range().key().isEmpty() ? new Reason.KeyMissing() : null;
  }

  static @Nullable Reason refuses(TxnRequest txn, int maxOperations) {
    Reason refusal = refusesOperations(txn, maxOperations);
    if (refusal != null) {
      return refusal;
    }
    boolean duplicate =
        TxnOverlaps.putsTwice(txn.success()) || TxnOverlaps.putsTwice(txn.failure());
    return duplicate ? new Reason.DuplicateKey() : null;
  }

  /** A nested transaction may have as many operations as those around it have left over. */
  private static @Nullable Reason refusesOperations(TxnRequest txn, int budget) {
    int operations =
        Math.max(txn.compares().size(), Math.max(txn.success().size(), txn.failure().size()));
    if (operations > budget) {
      return new Reason.TooManyOperations();
    }
    for (Compare compare : txn.compares()) {
      if (compare.range().key().isEmpty()) {
        return new Reason.KeyMissing();
      }
    }
    Reason refusal = refusesOperations(txn.success(), budget - operations);
    return refusal != null ? refusal : refusesOperations(txn.failure(), budget - operations);
  }

  private static @Nullable Reason refusesOperations(List<Operation> operations, int budget) {
    for (Operation operation : operations) {
      Reason refusal =
          switch (operation) {
            case RangeRequest range -> refuses(range);
            case PutRequest put -> refuses(put);
            case DeleteRequest delete -> refuses(delete);
            case TxnRequest nested -> refusesOperations(nested, budget);
            case Operation.Missing _ -> new Reason.KeyNotFound();
          };
      if (refusal != null) {
        return refusal;
      }
    }
    return null;
  }

  /** Whether both branches only read; nesting makes a transaction one that writes. */
  static boolean isReadOnly(TxnRequest txn) {
    return isReadOnly(txn.success()) && isReadOnly(txn.failure());
  }

  private static boolean isReadOnly(List<Operation> operations) {
    for (Operation operation : operations) {
      if (!(operation instanceof RangeRequest)) {
        return false;
      }
    }
    return true;
  }

  /** Whether every read of a read-only transaction is content with local state. */
  static boolean isSerializable(TxnRequest txn) {
    return isSerializable(txn.success()) && isSerializable(txn.failure());
  }

  private static boolean isSerializable(List<Operation> operations) {
    for (Operation operation : operations) {
      if (operation instanceof RangeRequest range && !range.serializable()) {
        return false;
      }
    }
    return true;
  }
}
