// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.kv;

import io.cairn.kernel.apply.Compares;
import io.cairn.kernel.index.IndexReader;
import io.cairn.kernel.state.State;
import io.cairn.kernel.state.StateView;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.OperationResult;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.StoreException;
import io.cairn.spi.store.TxnRequest;
import io.cairn.spi.store.TxnResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One transaction that only reads, all of it from one state. */
@OnLane("owner")
final class ReadOnlyTxn {
  private final TxnRequest txn;
  private final StateView view;
  private final LocalReads.Records records;

  ReadOnlyTxn(TxnRequest txn, StateView view, LocalReads.Records records) {
    this.txn = txn;
    this.view = view;
    this.records = records;
  }

  /**
   * A comparison needs a record that cannot be had here; an exception, because it never happens
   * twice.
   */
  private static final class GaveUp extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GaveUp() {
      super(null, null, false, false);
    }
  }

  /** Executes; null if the records gave up. */
  @Nullable TxnResult run(ResponseHeader header) {
    boolean succeeded;
    try {
      succeeded = new Compares(view.keys(), IndexReader.LATEST, this::record).hold(txn.compares());
    } catch (GaveUp e) {
      return null;
    }
    List<Operation> operations = succeeded ? txn.success() : txn.failure();
    ResponseHeader inner = ResponseHeader.ofRevision(view.state().revision());
    for (Operation operation : operations) {
      check(range(operation).revision());
    }
    List<OperationResult> results = new ArrayList<>(operations.size());
    for (Operation operation : operations) {
      RangeRequest range = range(operation);
      RangeResult result = read(range, inner);
      if (result == null) {
        return null;
      }
      results.add(result);
    }
    return new TxnResult(header, succeeded, results);
  }

  private @Nullable RangeResult read(RangeRequest range, ResponseHeader inner) {
    return LocalRanges.read(range, view, records, inner);
  }

  /** Quirk of etcd: a negative revision does not mean the latest here, but what it says. */
  private void check(long revision) {
    State state = view.state();
    if (revision > state.revision()) {
      throw new StoreException(new Reason.FutureRevision());
    }
    if (revision != 0 && revision < state.compactionFloor()) {
      throw new StoreException(new Reason.Compacted(state.compactionFloor()));
    }
  }

  private Bytes record(long main, int sub) {
    @Nullable Bytes[] found = new Bytes[1];
    if (!records.fetch(new long[] {main}, new int[] {sub}, 1, found)) {
      throw new GaveUp();
    }
    return Objects.requireNonNull(found[0]);
  }

  private static RangeRequest range(Operation operation) {
    if (operation instanceof RangeRequest range) {
      return range;
    }
    throw new InvariantViolation("a transaction that only reads has something else in it");
  }
}
