// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.check;

import io.cairn.simulator.history.Call;
import io.cairn.simulator.history.Operation;
import io.cairn.simulator.history.Outcome;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.DeleteResult;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.TxnRequest;
import io.cairn.spi.store.TxnResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
 * Wing and Gong with the state memo of Lowe, which holds prints of states instead of states. It
 * knows nothing but the history, so that it can convict {@link OrderedCheck} of being wrong.
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
    final @Nullable Node returns;
    final boolean isCall;

    /** Different for every operation; sums of these tell sets apart. */
    final long print;

    /** What the answer names. */
    final long revision;

    final boolean changes;
    @Nullable Node previous;
    @Nullable Node next;

    Node(Operation operation, boolean isCall, @Nullable Node returns) {
      this.operation = operation;
      this.isCall = isCall;
      this.returns = returns;
      this.print = KeyState.mix(operation.number());
      this.revision = OrderedCheck.revisionOf(operation);
      this.changes =
          operation.outcome() instanceof Outcome.Ok(Object response) && changes(response);
    }

    /** Whether it was answered that something has changed. */
    private static boolean changes(@Nullable Object result) {
      return switch (result) {
        case PutResult _ -> true;
        case DeleteResult deleted -> deleted.deleted() > 0;
        case TxnResult txn -> txn.results().stream().anyMatch(Node::changes);
        case null, default -> false;
      };
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

  /** Which operations have happened, and what came of it: prints of both. */
  private record Memo(long done, long state) {
    @Override
    public int hashCode() {
      return Long.hashCode(done ^ state);
    }
  }

  private SearchCheck() {}

  /**
   * Judges every component of a history.
   *
   * @param stepsMax after so many steps a component is undecided
   */
  public static List<Component> run(List<Operation> history, long stepsMax) {
    List<Operation> judged =
        history.stream()
            .filter(
                operation -> isJudged(operation) && !KeyState.touched(operation.call()).isEmpty())
            .toList();
    Partition partition = new Partition(judged);
    Map<Integer, List<Operation>> components = new TreeMap<>();
    for (Operation operation : judged) {
      int of = partition.of(KeyState.touched(operation.call()).getFirst().key());
      components.computeIfAbsent(of, _ -> new ArrayList<>()).add(operation);
    }
    List<Component> result = new ArrayList<>();
    components.forEach((of, own) -> {
      Verdict verdict =
          own.stream().anyMatch(operation -> hasLease(operation.call()))
              ? Verdict.LEFT_OUT
              : search(own, stepsMax);
      result.add(new Component(partition.keys(of), own.size(), verdict));
    });
    return result;
  }

  /** Which keys are touched together. */
  private static final class Partition {
    /** All keys that are named anywhere, in order. */
    private final List<Bytes> keys;

    /** Another key of the same component, by key; its root is its own. */
    private final int[] parents;

    Partition(List<Operation> operations) {
      TreeSet<Bytes> named = new TreeSet<>();
      for (Operation operation : operations) {
        KeyState.touched(operation.call()).forEach(range -> named.add(range.key()));
      }
      keys = List.copyOf(named);
      parents = new int[keys.size()];
      Arrays.setAll(parents, i -> i);
      for (Operation operation : operations) {
        List<KeyRange> ranges = KeyState.touched(operation.call());
        int first = of(ranges.getFirst().key());
        for (KeyRange range : ranges) {
          int at = at(range.key());
          parents[root(at)] = root(first);
          while (!range.isSingle() && ++at < keys.size() && range.contains(keys.get(at))) {
            parents[root(at)] = root(first);
          }
        }
      }
    }

    private int at(Bytes key) {
      return Collections.binarySearch(keys, key);
    }

    private int root(int at) {
      int root = at;
      while (parents[root] != root) {
        root = parents[root];
      }
      parents[at] = root;
      return root;
    }

    /** The component of a key that is named. */
    int of(Bytes key) {
      return root(at(key));
    }

    Set<Bytes> keys(int component) {
      TreeSet<Bytes> found = new TreeSet<>();
      for (int at = 0; at < keys.size(); at++) {
        if (root(at) == component) {
          found.add(keys.get(at));
        }
      }
      return found;
    }
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

  private static Verdict search(List<Operation> operations, long stepsMax) {
    List<Node> nodes = new ArrayList<>();
    int answered = 0;
    for (Operation operation : operations) {
      Node returns = null;
      if (operation.isOk()) {
        returns = new Node(operation, false, null);
        nodes.add(returns);
        answered++;
      }
      nodes.add(new Node(operation, true, returns));
    }
    // At one instant calls come first: those who overlap in a point may go either way.
    nodes.sort(
        Comparator.comparingLong(Node::atNanos).thenComparingInt(node -> node.isCall ? 0 : 1));
    Node head = new Node(EMPTY, true, null);
    Node last = head;
    for (Node node : nodes) {
      last.next = node;
      node.previous = last;
      last = node;
    }
    return new Search(head, answered, stepsMax).run();
  }

  private static final Operation EMPTY =
      new Operation(
          0, 0, 0, new Call.KeepAlive(0), 0, Operation.NEVER, new Outcome.Unknown("head"));

  /** A moment at which something has to happen next, and what has been tried there. */
  private static final class Frame {
    final KeyState before;
    final List<Node> candidates;
    int candidate = -1;
    List<KeyState> choices = List.of();
    int choice = -1;

    Frame(KeyState before, List<Node> candidates) {
      this.before = before;
      this.candidates = candidates;
    }

    Node node() {
      return candidates.get(candidate);
    }
  }

  private static final class Search {
    private final Node head;
    private final long stepsMax;

    // Only asked for membership, never walked through.
    private final Set<Memo> seen = new HashSet<>();

    private final List<Frame> stack = new ArrayList<>();

    /** The sum of the prints of what has happened. */
    private long done;

    /** How many answered operations have not happened yet. */
    private int missing;

    private long steps;

    Search(Node head, int answered, long stepsMax) {
      this.head = head;
      this.missing = answered;
      this.stepsMax = stepsMax;
    }

    Verdict run() {
      if (missing == 0) {
        return Verdict.OK;
      }
      stack.add(new Frame(KeyState.EMPTY, candidates()));
      while (!stack.isEmpty()) {
        Frame frame = stack.getLast();
        if (frame.choice >= 0) {
          takeBack(frame.node());
        }
        if (!advance(frame)) {
          stack.removeLast();
        } else if (steps > stepsMax) {
          return Verdict.UNDECIDED;
        } else {
          take(frame.node());
          if (missing == 0) {
            return Verdict.OK;
          }
          stack.add(new Frame(frame.choices.get(frame.choice), candidates()));
        }
      }
      return Verdict.VIOLATION;
    }

    /**
     * What may happen next: whatever was called before the first return of what has not happened.
     * Answers name revisions, and those never fall: of the answered only those with the lowest can
     * be next, and of these those first that change something. What is unknown may as well never
     * happen, so it is tried last, the latest call first.
     */
    private List<Node> candidates() {
      List<Node> answered = new ArrayList<>();
      List<Node> unknown = new ArrayList<>();
      long lowest = Long.MAX_VALUE;
      for (Node node = head.next; node != null && node.isCall; node = node.next) {
        if (node.returns == null) {
          unknown.add(node);
        } else if (node.revision <= lowest) {
          if (node.revision < lowest) {
            answered.clear();
            lowest = node.revision;
          }
          answered.add(node);
        }
      }
      answered.sort(Comparator.comparing(node -> !node.changes));
      answered.addAll(unknown.reversed());
      return answered;
    }

    /** Goes to the next choice that has not been seen yet; false if there is none. */
    private boolean advance(Frame frame) {
      while (true) {
        if (frame.choice + 1 < frame.choices.size()) {
          frame.choice++;
        } else {
          frame.choice = -1;
          frame.choices = List.of();
          if (++frame.candidate == frame.candidates.size()) {
            return false;
          }
          steps++;
          frame.choices = frame.before.after(frame.node().operation);
          continue;
        }
        KeyState after = frame.choices.get(frame.choice);
        // Nothing is gained by something unknown that changes nothing.
        boolean idle = frame.node().returns == null && after.holdsTheSame(frame.before);
        if (!idle && seen.add(new Memo(done + frame.node().print, after.print()))) {
          return true;
        }
      }
    }

    private void take(Node node) {
      done += node.print;
      node.remove();
      if (node.returns != null) {
        node.returns.remove();
        missing--;
      }
    }

    private void takeBack(Node node) {
      done -= node.print;
      if (node.returns != null) {
        node.returns.putBack();
        missing++;
      }
      node.putBack();
    }
  }
}
