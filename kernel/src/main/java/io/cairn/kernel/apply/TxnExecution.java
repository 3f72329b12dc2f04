// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.apply;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.OperationResult;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.StoreException;
import io.cairn.spi.store.TxnRequest;
import io.cairn.spi.store.TxnResult;
import java.util.ArrayList;
import java.util.List;

/**
 * One transaction with writes. Three passes, as in etcd: every comparison on the way is decided
 * against the state before the transaction; then what will be done is checked, so that it is done
 * wholly or not at all; then it is done.
 */
@OnLane("apply")
final class TxnExecution {
  /** What the headers of nested transactions say: nothing. */
  private static final ResponseHeader BARE = ResponseHeader.ofRevision(0);

  private final KeySpace keys;
  private final Compares compares;

  TxnExecution(KeySpace keys) {
    this.keys = keys;
    this.compares = keys.compares();
  }

  /** Executes; fails with {@link StoreException} before anything has changed. */
  TxnResult run(TxnRequest txn, KeySpace.HeaderSource headers) {
    Path path = choose(txn);
    check(path);
    List<OperationResult> results = execute(path);
    return new TxnResult(headers.of(keys.visibleRevision()), path.succeeded(), results);
  }

  /**
   * The branch that a transaction takes.
   *
   * @param nested the ways of the nested transactions in it, in order
   */
  private record Path(boolean succeeded, List<Operation> operations, List<Path> nested) {}

  private Path choose(TxnRequest txn) {
    boolean succeeded = compares.hold(txn.compares());
    List<Operation> operations = succeeded ? txn.success() : txn.failure();
    List<Path> nested = new ArrayList<>();
    for (Operation operation : operations) {
      if (operation instanceof TxnRequest inner) {
        nested.add(choose(inner));
      }
    }
    return new Path(succeeded, operations, nested);
  }

  /** All puts of the path are looked at before any range, as etcd does. */
  private void check(Path path) {
    checkPuts(path);
    checkRanges(path);
  }

  private void checkPuts(Path path) {
    int nested = 0;
    for (Operation operation : path.operations()) {
      switch (operation) {
        case PutRequest put -> keys.checkInTxn(put);
        case TxnRequest _ -> checkPuts(path.nested().get(nested++));
        case Operation.Missing _ -> throw missing();
        case RangeRequest _, DeleteRequest _ -> {
          // A range has its turn below; deleting always works.
        }
      }
    }
  }

  private void checkRanges(Path path) {
    int nested = 0;
    for (Operation operation : path.operations()) {
      switch (operation) {
        case RangeRequest range -> checkRevision(range.revision());
        case TxnRequest _ -> checkRanges(path.nested().get(nested++));
        case PutRequest _, DeleteRequest _, Operation.Missing _ -> {
          // Looked at above.
        }
      }
    }
  }

  /** Quirk of etcd: a negative revision does not mean the latest here, but what it says. */
  private void checkRevision(long revision) {
    if (revision > keys.revision()) {
      throw new StoreException(new Reason.FutureRevision());
    }
    if (revision != 0 && revision < keys.floor()) {
      throw new StoreException(new Reason.Compacted(keys.floor()));
    }
  }

  private List<OperationResult> execute(Path path) {
    List<OperationResult> results = new ArrayList<>(path.operations().size());
    int nested = 0;
    for (Operation operation : path.operations()) {
      results.add(
          switch (operation) {
            case RangeRequest range ->
                keys.read(range, ResponseHeader.ofRevision(keys.visibleRevision()));
            case PutRequest put -> keys.put(put, ResponseHeader.ofRevision(keys.revision() + 1));
            case DeleteRequest delete -> keys.delete(delete, ResponseHeader::ofRevision);
            case TxnRequest _ -> {
              Path inner = path.nested().get(nested++);
              yield new TxnResult(BARE, inner.succeeded(), execute(inner));
            }
            case Operation.Missing _ -> throw missing();
          });
    }
    return results;
  }

  private static InvariantViolation missing() {
    return new InvariantViolation("an operation that is not set was proposed");
  }
}
