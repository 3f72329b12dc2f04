// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.check;

import io.cairn.simulator.history.Call;
import io.cairn.simulator.history.Operation;
import io.cairn.simulator.history.Outcome;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Judges a history by looking for any order of its operations that explains all answers ({@link
 * OrderSearch}). It knows nothing but the history, so that it can convict {@link OrderedCheck} of
 * being wrong.
 *
 * <p>Keys that some operation touches together form a component; each is searched alone. Components
 * with leases are left out, because leases end without anybody's call.
 */
@OnLane("owner")
public final class SearchCheck {
  /** How it came out. */
  public enum Verdict {
    /** There is an order. */
    OK,
    /** There is none. */
    VIOLATION,
    /** The search was given up. */
    UNDECIDED,
    /** The component cannot be judged by histories alone. */
    LEFT_OUT
  }

  /**
   * One component.
   *
   * @param keys its keys
   * @param operations how many operations touch it
   */
  public record Component(Set<Bytes> keys, int operations, Verdict verdict) {}

  /** An operation that has a place among others, and the keys that it is about. */
  record Judged(Operation operation, Footprint footprint) {}

  private SearchCheck() {}

  /**
   * Judges every component of a history.
   *
   * @param stepsMax after so many steps a component is undecided
   */
  public static List<Component> run(List<Operation> history, long stepsMax) {
    List<Judged> judged =
        history.stream()
            .filter(SearchCheck::isJudged)
            .map(operation -> new Judged(operation, Footprint.of(operation.call())))
            .filter(one -> !one.footprint().touched().isEmpty())
            .toList();
    Evidence evidence = new Evidence(history, judged.stream().map(Judged::operation).toList());
    Partition partition = new Partition(judged.stream().map(Judged::footprint).toList());
    Map<Integer, List<Judged>> components = new TreeMap<>();
    for (Judged one : judged) {
      int of = partition.of(one.footprint().touched().getFirst().key());
      components.computeIfAbsent(of, _ -> new ArrayList<>()).add(one);
    }
    List<Component> result = new ArrayList<>();
    components.forEach((of, own) -> {
      Verdict verdict =
          own.stream().anyMatch(one -> hasLease(one.operation().call()))
              ? Verdict.LEFT_OUT
              : OrderSearch.of(own, evidence).run(stepsMax);
      result.add(new Component(partition.keys(of), own.size(), verdict));
    });
    return result;
  }

  /** Refused calls have no effect; serializable reads and reads of the past have no place. */
  private static boolean isJudged(Operation operation) {
    boolean past = operation.call() instanceof Call.Range(var range) && range.revision() > 0;
    boolean unknownRead = operation.call().isRead() && !operation.isOk();
    return !(operation.outcome() instanceof Outcome.No)
        && !unknownRead
        && !past
        && !operation.call().isSerializable();
  }

  private static boolean hasLease(Call call) {
    return switch (call) {
      case Call.Put(PutRequest put) -> put.lease() != 0;
      case Call.Txn(TxnRequest txn) -> hasLease(txn);
      case Call.Range _,
          Call.Delete _,
          Call.Compact _,
          Call.Grant _,
          Call.Revoke _,
          Call.KeepAlive _ ->
          false;
    };
  }

  private static boolean hasLease(TxnRequest txn) {
    List<io.cairn.spi.store.Operation> operations = new ArrayList<>(txn.success());
    operations.addAll(txn.failure());
    return operations.stream()
        .anyMatch(operation ->
            (operation instanceof PutRequest put && put.lease() != 0)
                || (operation instanceof TxnRequest nested && hasLease(nested)));
  }
}
