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
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

  /** An operation that has a place among others, and the keys that it is about. */
  private record Judged(Operation operation, Footprint footprint) {}

  /** A call, or the return of one, in the order of time. */
  private static final class Node {
    final Operation operation;
    final @Nullable Node returns;
    final boolean isCall;
    final Footprint footprint;

    /** Different for every operation; sums of these tell sets apart. */
    final long print;

    /** What the answer names, or what answers of others tell; 0 if nothing does. */
    final long revision;

    /** Its revision is higher than this, if it changes anything. */
    final long knownBefore;

    final boolean changes;
    @Nullable Node previous;
    @Nullable Node next;

    /** The return of an operation, of which only the moment counts. */
    Node(Judged one) {
      this.operation = one.operation();
      this.isCall = false;
      this.returns = null;
      this.footprint = one.footprint();
      this.knownBefore = 0;
      this.print = 0;
      this.revision = 0;
      this.changes = false;
    }

    /** The call of an operation. */
    Node(Judged one, @Nullable Node returns, Evidence evidence) {
      this.operation = one.operation();
      long pinned = evidence.pinned(operation);
      this.isCall = true;
      this.returns = returns;
      this.footprint = one.footprint();
      this.knownBefore = evidence.knownBefore(operation);
      this.print = KeyState.mix(operation.number());
      this.revision = pinned != 0 ? pinned : OrderedCheck.revisionOf(operation);
      this.changes =
          pinned != 0
              || (operation.outcome() instanceof Outcome.Ok(Object response)
                  && Evidence.changes(response));
    }

    /** Whether it is known to have happened. */
    boolean isCertain() {
      return returns != null || revision != 0;
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
              : search(own, evidence, stepsMax);
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

  private static Verdict search(List<Judged> operations, Evidence evidence, long stepsMax) {
    List<Node> nodes = new ArrayList<>();
    int certain = 0;
    for (Judged one : operations) {
      Node returns = null;
      if (one.operation().isOk()) {
        returns = new Node(one);
        nodes.add(returns);
      }
      Node call = new Node(one, returns, evidence);
      nodes.add(call);
      certain += call.isCertain() ? 1 : 0;
    }
    // At one instant calls come first: those who overlap in a point may go either way.
    nodes.sort(
        Comparator.comparingLong(Node::atNanos).thenComparingInt(node -> node.isCall ? 0 : 1));
    Node head = new Node(new Judged(EMPTY, Footprint.of(EMPTY.call())), null, evidence);
    Node last = head;
    for (Node node : nodes) {
      last.next = node;
      node.previous = last;
      last = node;
    }
    return new Search(head, certain, evidence, stepsMax).run();
  }

  private static final Operation EMPTY =
      new Operation(
          0, 0, 0, new Call.KeepAlive(0), 0, Operation.NEVER, new Outcome.Unknown("head"));

  /**
   * What may happen next.
   *
   * @param nodes what is certain first
   * @param certain how many that are
   * @param lowest the revision of that, which nothing that is unknown may exceed
   */
  private record Candidates(List<Node> nodes, int certain, long lowest) {}

  /** A moment at which something has to happen next, and what has been tried there. */
  private static final class Frame {
    final KeyState before;
    final List<Node> candidates;
    final int certain;
    final long lowest;
    int candidate = -1;
    List<KeyState> choices = List.of();
    int choice = -1;

    Frame(KeyState before, Candidates candidates) {
      this.before = before;
      this.candidates = candidates.nodes();
      this.certain = candidates.certain();
      this.lowest = candidates.lowest();
    }

    Node node() {
      return candidates.get(candidate);
    }
  }

  private static final class Search {
    private final Node head;
    private final Evidence evidence;
    private final long stepsMax;

    // Only asked for membership, never walked through.
    private final Set<Memo> seen = new HashSet<>();

    private final List<Frame> stack = new ArrayList<>();

    /** The sum of the prints of what has happened. */
    private long done;

    /** How many operations that are known to have happened have not happened yet. */
    private int missing;

    /** How many operations have been supposed to have happened that nobody knows of. */
    private int guessed;

    private long steps;

    Search(Node head, int certain, Evidence evidence, long stepsMax) {
      this.head = head;
      this.missing = certain;
      this.evidence = evidence;
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
     * Answers name revisions, and those never fall: of what is certain only those with the lowest
     * can be next, and of these those first that change something. What is unknown may as well
     * never happen, so it is tried last, the latest call first, and only if there is a revision for
     * it, as each takes one, and it makes a difference to what comes next.
     */
    private Candidates candidates() {
      List<Node> certain = new ArrayList<>();
      List<Node> unknown = new ArrayList<>();
      long lowest = Long.MAX_VALUE;
      for (Node node = head.next; node != null && node.isCall; node = node.next) {
        if (!node.isCertain()) {
          unknown.add(node);
        } else if (node.revision <= lowest) {
          if (node.revision < lowest) {
            certain.clear();
            lowest = node.revision;
          }
          certain.add(node);
        }
      }
      certain.sort(Comparator.comparing(node -> !node.changes));
      int count = certain.size();
      if (guessed < evidence.countFree(lowest)) {
        certain.addAll(relevant(certain, unknown.reversed()));
      }
      return new Candidates(certain, count, lowest);
    }

    /**
     * Those of {@code unknown} that matter to what is next, or to others that do: the rest may as
     * well happen later.
     */
    private static List<Node> relevant(List<Node> next, List<Node> unknown) {
      List<Node> mattering = new ArrayList<>(next);
      List<Node> rest = new ArrayList<>(unknown);
      for (int i = 0; i < mattering.size() && !rest.isEmpty(); i++) {
        Footprint later = mattering.get(i).footprint;
        rest.removeIf(node -> node.footprint.mattersTo(later) && mattering.add(node));
      }
      return unknown.stream().filter(node -> !rest.contains(node)).toList();
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
          if (frame.candidate == frame.certain) {
            preferWhatHelps(frame);
          }
          frame.choices = after(frame.before, frame.node(), frame.lowest);
          continue;
        }
        KeyState after = frame.choices.get(frame.choice);
        // Nothing is gained by something unknown that changes nothing.
        boolean idle = !frame.node().isCertain() && after.holdsTheSame(frame.before);
        if (!idle && seen.add(new Memo(done + frame.node().print, after.print()))) {
          return true;
        }
      }
    }

    private List<KeyState> after(KeyState before, Node node, long lowest) {
      steps++;
      KeyState.When when = new KeyState.When(node.revision, node.knownBefore, lowest);
      return before.after(node.operation, when, evidence);
    }

    /** Of what is unknown that first after which something that is certain can happen. */
    private void preferWhatHelps(Frame frame) {
      List<Node> certain = frame.candidates.subList(0, frame.certain);
      List<Node> unknown = frame.candidates.subList(frame.certain, frame.candidates.size());
      List<Node> helping = new ArrayList<>();
      for (Node node : unknown) {
        for (KeyState state : after(frame.before, node, frame.lowest)) {
          if (certain.stream().anyMatch(next -> !after(state, next, frame.lowest).isEmpty())) {
            helping.add(node);
            break;
          }
        }
      }
      unknown.sort(Comparator.comparing(node -> !helping.contains(node)));
    }

    private void take(Node node) {
      done += node.print;
      node.remove();
      if (node.returns != null) {
        node.returns.remove();
      }
      if (node.isCertain()) {
        missing--;
      } else {
        guessed++;
      }
    }

    private void takeBack(Node node) {
      done -= node.print;
      if (node.isCertain()) {
        missing++;
      } else {
        guessed--;
      }
      if (node.returns != null) {
        node.returns.putBack();
      }
      node.putBack();
    }
  }
}
