// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.load;

import io.cairn.simulator.history.Call;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.Compare;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeRequest.SortOrder;
import io.cairn.spi.store.RangeRequest.SortTarget;
import io.cairn.spi.store.TxnRequest;
import java.util.ArrayList;
import java.util.List;

/** Draws calls. Every field varies by itself; every value that is written is written once only. */
@OnLane("simulation")
public final class RandomCalls {
  /** Wide ranges are over keys of their own, so that they do not tie all others together. */
  private static final int WIDE_KEYS = 200;

  private static final int LEASES = 6;

  /** Some sectors of a disk, so that writes can be torn. */
  private static final int LONG_VALUE = 1500;

  private static final List<Compare.Target> TARGETS =
      List.of(
          Compare.Target.VERSION,
          Compare.Target.CREATE,
          Compare.Target.MOD,
          Compare.Target.VALUE,
          Compare.Target.LEASE);

  private static final List<Compare.Result> RESULTS =
      List.of(
          Compare.Result.EQUAL,
          Compare.Result.GREATER,
          Compare.Result.LESS,
          Compare.Result.NOT_EQUAL);

  private final Rng rng;
  private final Mix mix;
  private final int client;
  private long tokens;

  /** Calls of one client. */
  public RandomCalls(Rng rng, Mix mix, int client) {
    this.rng = rng;
    this.mix = mix;
    this.client = client;
  }

  /** The next call. */
  public Call next(long newestRevision) {
    List<Mix.Kind> kinds = new ArrayList<>(mix.kinds());
    // Puts and reads come more often than the rest.
    kinds.add(Mix.Kind.PUT);
    kinds.add(Mix.Kind.RANGE);
    return switch (kinds.get(rng.below(kinds.size()))) {
      case RANGE -> new Call.Range(range(newestRevision, false));
      case PUT -> new Call.Put(put());
      case DELETE -> new Call.Delete(delete());
      case TXN -> new Call.Txn(txn(newestRevision, 0));
      case COMPACT ->
          oneIn(4)
              ? new Call.Compact(
                  new CompactRequest(
                      Math.max(1, newestRevision - rng.below(30)) + (oneIn(20) ? 50 : 0), oneIn(2)))
              : new Call.Put(put());
      case LEASE -> lease();
    };
  }

  private boolean oneIn(int n) {
    return rng.below(n) == 0;
  }

  private Bytes key() {
    return oneIn(8)
        ? Bytes.utf8("w%03d".formatted(rng.below(WIDE_KEYS)))
        : Bytes.utf8("k" + (char) ('a' + rng.below(mix.keys())));
  }

  private Bytes value() {
    String token = client + "-" + tokens++;
    return Bytes.utf8(oneIn(8) ? token + "-".repeat(rng.below(LONG_VALUE)) : token);
  }

  private long leaseId() {
    return 1L + rng.below(LEASES);
  }

  private KeyRange keyRange() {
    return switch (rng.below(12)) {
      case 0 -> KeyRange.prefix(Bytes.utf8("k"));
      case 1 -> new KeyRange(Bytes.utf8("w"), Bytes.utf8("w%03d".formatted(rng.below(WIDE_KEYS))));
      case 2 -> oneIn(3) ? KeyRange.ALL : KeyRange.from(key());
      case 3 -> new KeyRange(key(), key());
      default -> KeyRange.single(key());
    };
  }

  private PutRequest put() {
    boolean keepValue = oneIn(20);
    boolean keepLease = oneIn(20);
    long lease = mix.kinds().contains(Mix.Kind.LEASE) && !keepLease && oneIn(5) ? leaseId() : 0;
    return new PutRequest(
        key(), keepValue ? Bytes.EMPTY : value(), lease, oneIn(3), keepValue, keepLease);
  }

  private DeleteRequest delete() {
    return new DeleteRequest(keyRange(), oneIn(2));
  }

  private RangeRequest range(long newestRevision, boolean inTxn) {
    boolean plain = !oneIn(3);
    long revision = oneIn(plain ? 12 : 4) ? Math.max(1, newestRevision - rng.below(40)) : 0;
    SortOrder order =
        plain
            ? SortOrder.NONE
            : new SortOrder[] {SortOrder.NONE, SortOrder.ASCEND, SortOrder.DESCEND}[rng.below(3)];
    SortTarget target =
        plain
            ? SortTarget.KEY
            : new SortTarget[] {
                  SortTarget.KEY,
                  SortTarget.VERSION,
                  SortTarget.CREATE,
                  SortTarget.MOD,
                  SortTarget.VALUE
                }
                [rng.below(5)];
    return new RangeRequest(
        keyRange(),
        plain ? 0 : rng.below(5),
        revision,
        order,
        target,
        !inTxn && oneIn(5),
        !plain && oneIn(4),
        !plain && oneIn(4),
        filter(plain, newestRevision),
        filter(plain, newestRevision),
        filter(plain, newestRevision),
        filter(plain, newestRevision));
  }

  private long filter(boolean plain, long newestRevision) {
    return plain || !oneIn(6) ? 0 : Math.max(1, newestRevision - rng.below(40));
  }

  private TxnRequest txn(long newestRevision, int depth) {
    List<Compare> compares = new ArrayList<>();
    for (int i = rng.below(3); i > 0; i--) {
      compares.add(compare(newestRevision));
    }
    return new TxnRequest(
        compares, operations(newestRevision, depth), operations(newestRevision, depth));
  }

  private Compare compare(long newestRevision) {
    Compare.Target target = TARGETS.get(rng.below(TARGETS.size()));
    Compare.Result result = RESULTS.get(rng.below(RESULTS.size()));
    KeyRange range = oneIn(4) ? keyRange() : KeyRange.single(key());
    if (target == Compare.Target.VALUE) {
      String guess = rng.below(6) + "-" + rng.below((int) tokens + 2);
      return new Compare(result, target, range, new Compare.Operand.Value(Bytes.utf8(guess)));
    }
    long number =
        target == Compare.Target.VERSION
            ? rng.below(4)
            : target == Compare.Target.LEASE
                ? rng.below(LEASES)
                : Math.max(0, newestRevision - rng.below(20));
    return new Compare(result, target, range, new Compare.Operand.Numeric(target, number));
  }

  /** At most one operation writes any key, as the store demands. */
  private List<Operation> operations(long newestRevision, int depth) {
    List<Operation> operations = new ArrayList<>();
    List<Bytes> written = new ArrayList<>();
    boolean deletes = oneIn(4);
    for (int i = rng.below(4); i > 0; i--) {
      int what = rng.below(10);
      if (what < 5) {
        PutRequest put = put();
        if (!deletes && !written.contains(put.key())) {
          written.add(put.key());
          operations.add(put);
        }
      } else if (what < 8) {
        operations.add(range(newestRevision, true));
      } else if (what < 9 && depth < 2 && written.isEmpty() && !deletes) {
        operations.add(readOnly(newestRevision));
      } else if (deletes) {
        operations.add(delete());
      }
    }
    return operations;
  }

  private TxnRequest readOnly(long newestRevision) {
    return new TxnRequest(
        List.of(compare(newestRevision)),
        List.of(range(newestRevision, true)),
        List.of(range(newestRevision, true)));
  }

  private Call lease() {
    return switch (rng.below(6)) {
      case 0, 1 -> new Call.Grant(leaseId(), 1L + rng.below(8));
      case 2 -> new Call.Revoke(leaseId());
      default -> new Call.KeepAlive(leaseId());
    };
  }
}
