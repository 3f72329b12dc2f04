// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.request;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.TxnRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Keeps writes away from an engine that has reached its quota; asked before anything is proposed.
 */
@ThreadSafe
@FunctionalInterface
public interface Quota {
  /** What granting a lease costs. */
  long LEASE_COST = 64;

  /** No quota. */
  Quota NONE = cost -> null;

  /**
   * Whether a write of {@code cost} would exceed the quota.
   *
   * @param cost as by {@link #cost}; 0 never exceeds it
   * @return null if there is room; otherwise a stage that completes, without failing, when the
   *     alarm has been raised and the caller is to be refused
   */
  @Nullable CompletableFuture<Void> exceededBy(long cost);

  /** What an operation costs by etcd's estimate: puts only, of a transaction the dearer branch. */
  static long cost(Operation operation) {
    return switch (operation) {
      case PutRequest put -> 256L + put.key().length() + put.value().length();
      case TxnRequest txn -> Math.max(cost(txn.success()), cost(txn.failure()));
      case RangeRequest _, DeleteRequest _, Operation.Missing _ -> 0;
    };
  }

  private static long cost(List<Operation> operations) {
    long sum = 0;
    for (Operation operation : operations) {
      sum += cost(operation);
    }
    return sum;
  }
}
