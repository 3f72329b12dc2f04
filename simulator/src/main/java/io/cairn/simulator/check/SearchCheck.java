// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.check;

import io.cairn.simulator.history.Call;
import io.cairn.simulator.history.Operation;
import io.cairn.simulator.history.Outcome;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.TxnRequest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Looks for any order of the operations that explains all answers and respects time: the search of
 * Wing and Gong with the state memo of Lowe. It knows nothing but the history, so that it can
 * convict {@link OrderedCheck} of being wrong.
 *
 * <p>Keys that some operation touches together form a component; each is searched alone. Components
 * with leases are left out, because leases end without anybody's call. An operation whose outcome
 * is unknown may take effect at any time after its call, or never.
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

  /** A call, or the return of one, in the order of time. */
  private static final class Node {
    final Operation operation;
    final int number;
    final @Nullable Node returns;
    final boolean isCall;
    @Nullable Node previous;
    @Nullable Node next;

    Node(Operation operation, int number, boolean isCall, @Nullable Node returns) {
      this.operation = operation;
      this.number = number;
      this.isCall = isCall;
      this.returns = returns;
    }

    long atNanos() {
      return isCall ? operation.calledNanos() : operation.returnedNanos();
    }

    void remove() {
      if (previous != null) {
        previous.next = next;
      }
      if (next != null) {
        next.previous = previous;
      }
    }

    void putBack() {
      if (previous != null) {
        previous.next = this;
      }
      if (next != null) {
        next.previous = this;
      }
    }
  }

  private record Memo(BitSet done, KeyState state) {}

  /** An operation that was taken to have happened, and what else could have come of it. */
  private record Frame(Node node, KeyState before, List<KeyState> choices, int chosen) {}

  private SearchCheck() {}

  /**
   * Judges every component of a history.
   *
   * @param stepsMax after so many steps a component is undecided
   */
  public static List<Component> run(List<Operation> history, long stepsMax) {
    List<Operation> relevant =
        history.stream()
            .filter(operation -> !KeyState.touched(operation.call()).isEmpty())
            .toList();
    TreeSet<Bytes> keys = new TreeSet<>();
    for (Operation operation : relevant) {
      KeyState.touched(operation.call()).forEach(range -> keys.add(range.key()));
    }
    Map<Bytes, Bytes> parents = new TreeMap<>();
    keys.forEach(key -> parents.put(key, key));
    for (Operation operation : relevant) {
      if (isJudged(operation)) {
        join(parents, keys, KeyState.touched(operation.call()));
      }
    }
    Map<Bytes, TreeSet<Bytes>> components = new TreeMap<>();
    keys.forEach(
        key -> components.computeIfAbsent(root(parents, key), _ -> new TreeSet<>()).add(key));
    List<Component> result = new ArrayList<>();
    for (TreeSet<Bytes> component : components.values()) {
      List<Operation> own =
          relevant.stream().filter(operation -> touches(operation, component)).toList();
      List<Operation> judged = own.stream().filter(SearchCheck::isJudged).toList();
      Verdict verdict =
          own.stream().anyMatch(operation -> hasLease(operation.call()))
              ? Verdict.LEFT_OUT
              : search(judged, stepsMax);
      result.add(new Component(component, judged.size(), verdict));
    }
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

  private static boolean touches(Operation operation, Set<Bytes> component) {
    for (KeyRange range : KeyState.touched(operation.call())) {
      for (Bytes key : component) {
        if (range.contains(key)) {
          return true;
        }
      }
    }
    return false;
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

  private static void join(Map<Bytes, Bytes> parents, Set<Bytes> keys, List<KeyRange> ranges) {
    @Nullable Bytes first = null;
    for (KeyRange range : ranges) {
      for (Bytes key : range.isSingle() ? List.of(range.key()) : List.copyOf(keys)) {
        if (range.contains(key)) {
          if (first == null) {
            first = root(parents, key);
          } else {
            parents.put(root(parents, key), first);
          }
        }
      }
    }
  }

  private static Bytes root(Map<Bytes, Bytes> parents, Bytes key) {
    Bytes at = key;
    while (true) {
      Bytes parent = parents.getOrDefault(at, at);
      if (parent.equals(at)) {
        return at;
      }
      at = parent;
    }
  }

  private static Verdict search(List<Operation> operations, long stepsMax) {
    List<Node> nodes = new ArrayList<>();
    int answered = 0;
    for (int i = 0; i < operations.size(); i++) {
      Operation operation = operations.get(i);
      Node returns = null;
      if (operation.isOk()) {
        returns = new Node(operation, i, false, null);
        nodes.add(returns);
        answered++;
      }
      nodes.add(new Node(operation, i, true, returns));
    }
    // At one instant calls come first: those who overlap in a point may go either way.
    nodes.sort(
        Comparator.comparingLong(Node::atNanos).thenComparingInt(node -> node.isCall ? 0 : 1));
    Node head = new Node(EMPTY, -1, true, null);
    Node last = head;
    for (Node node : nodes) {
      last.next = node;
      node.previous = last;
      last = node;
    }
    return search(head, answered, stepsMax);
  }

  private static final Operation EMPTY =
      new Operation(
          0, 0, 0, new Call.KeepAlive(0), 0, Operation.NEVER, new Outcome.Unknown("head"));

  private static Verdict search(Node head, int answered, long stepsMax) {
    KeyState state = KeyState.EMPTY;
    BitSet done = new BitSet();
    // Only asked for membership, never walked through.
    Set<Memo> seen = new HashSet<>();
    List<Frame> stack = new ArrayList<>();
    int missing = answered;
    Node node = head.next;
    for (long step = 0; missing > 0; step++) {
      if (step > stepsMax) {
        return Verdict.UNDECIDED;
      }
      List<KeyState> choices = List.of();
      int from = 0;
      KeyState before = state;
      if (node == null) {
        return Verdict.VIOLATION; // Cannot be: an answered operation that is missing has a return.
      }
      if (node.isCall) {
        choices = state.after(node.operation);
      } else {
        if (stack.isEmpty()) {
          return Verdict.VIOLATION;
        }
        // This one should have happened by now: take the last decision back.
        Frame frame = stack.removeLast();
        node = frame.node();
        done.clear(node.number);
        if (node.returns != null) {
          node.returns.putBack();
          missing++;
        }
        node.putBack();
        before = frame.before();
        choices = frame.choices();
        from = frame.chosen() + 1;
        state = before;
      }
      int chosen = -1;
      done.set(node.number);
      for (int i = from; i < choices.size() && chosen < 0; i++) {
        if (seen.add(new Memo((BitSet) done.clone(), choices.get(i)))) {
          chosen = i;
        }
      }
      if (chosen < 0) {
        done.clear(node.number);
        node = node.next;
        continue;
      }
      stack.add(new Frame(node, before, choices, chosen));
      state = choices.get(chosen);
      node.remove();
      if (node.returns != null) {
        node.returns.remove();
        missing--;
      }
      node = head.next;
    }
    return Verdict.OK;
  }
}
