// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.model;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Compare;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Requests on few keys, so that they meet often. */
final class RandomRequests {
  private static final RangeRequest.SortOrder[] ORDERS = {
    RangeRequest.SortOrder.NONE, RangeRequest.SortOrder.ASCEND, RangeRequest.SortOrder.DESCEND
  };
  private static final RangeRequest.SortTarget[] TARGETS = {
    RangeRequest.SortTarget.KEY,
    RangeRequest.SortTarget.VERSION,
    RangeRequest.SortTarget.CREATE,
    RangeRequest.SortTarget.MOD,
    RangeRequest.SortTarget.VALUE
  };

  private final Random random;

  RandomRequests(long seed) {
    this.random = new Random(seed);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  long lease() {
    return oneIn(3) ? 1L + below(4) : 0;
  }

  Bytes key() {
    String letters = "abcd";
    StringBuilder key = new StringBuilder();
    for (int n = 1 + below(2); n > 0; n--) {
      key.append(letters.charAt(below(letters.length())));
    }
    return Bytes.utf8(key.toString());
  }

  KeyRange range() {
    return switch (below(8)) {
      case 0, 1, 2 -> KeyRange.single(key());
      case 3 -> KeyRange.prefix(key());
      case 4 -> KeyRange.from(key());
      case 5 -> KeyRange.ALL;
      default -> new KeyRange(key(), key());
    };
  }

  PutRequest put() {
    boolean ignoreValue = oneIn(8);
    boolean ignoreLease = oneIn(8);
    return new PutRequest(
        key(),
        ignoreValue || oneIn(10) ? Bytes.EMPTY : Bytes.utf8("v" + below(5)),
        ignoreLease ? 0 : lease(),
        oneIn(2),
        ignoreValue,
        ignoreLease);
  }

  DeleteRequest delete() {
    return new DeleteRequest(range(), oneIn(2));
  }

  RangeRequest range(long revision) {
    return new RangeRequest(
        range(),
        oneIn(2) ? 0 : below(6) - 1,
        oneIn(3) ? 0 : below((int) revision + 2) - 1,
        ORDERS[below(3)],
        TARGETS[below(5)],
        oneIn(2),
        oneIn(3),
        oneIn(6),
        filter(revision),
        filter(revision),
        filter(revision),
        filter(revision));
  }

  private long filter(long revision) {
    return oneIn(6) ? below((int) revision + 2) : 0;
  }

  TxnRequest txn(long revision, int depth) {
    return new TxnRequest(
        list(3, () -> compare(revision)),
        list(4, () -> operation(revision, depth)),
        list(4, () -> operation(revision, depth)));
  }

  private Operation operation(long revision, int depth) {
    return switch (below(depth < 3 ? 7 : 6)) {
      case 0, 1, 2 -> put();
      case 3 -> delete();
      case 4, 5 -> oneIn(3) ? range(revision) : RangeRequest.of(range());
      default -> txn(revision, depth + 1);
    };
  }

  private Compare compare(long revision) {
    Compare.Target target = pick(Compare.Target.values());
    Compare.Operand operand =
        switch (target) {
          case VALUE -> new Compare.Operand.Value(Bytes.utf8("v" + below(5)));
          case VERSION -> new Compare.Operand.Numeric(target, below(4));
          case CREATE, MOD -> new Compare.Operand.Numeric(target, below((int) revision + 1));
          case LEASE -> new Compare.Operand.Numeric(target, below(5));
          case UNKNOWN -> Compare.Operand.None.INSTANCE;
        };
    return new Compare(
        pick(Compare.Result.values()),
        target,
        oneIn(3) ? range() : KeyRange.single(key()),
        oneIn(20) ? Compare.Operand.None.INSTANCE : operand);
  }

  private <E> E pick(E[] values) {
    return values[below(values.length)];
  }

  private <E> List<E> list(int bound, Supplier<E> element) {
    List<E> list = new ArrayList<>();
    for (int n = below(bound); n > 0; n--) {
      list.add(element.get());
    }
    return list;
  }
}
