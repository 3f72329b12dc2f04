// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.check;

import io.cairn.simulator.check.SearchCheck.Judged;
import io.cairn.simulator.check.SearchCheck.Verdict;
import io.cairn.simulator.history.Call;
import io.cairn.simulator.history.Operation;
import io.cairn.simulator.history.Outcome;
import io.cairn.spi.environment.OnLane;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks for any order of some operations that explains all answers and respects time: the search of
 * Wing and Gong with the state memo of Lowe, which holds prints of states instead of states.
 *
 * <p>An operation whose outcome is unknown may take effect at any time after its call, or never.
 */
@OnLane("owner")
final class OrderSearch {
  private static final Operation EMPTY =
      new Operation(
          0, 0, 0, new Call.KeepAlive(0), 0, Operation.NEVER, new Outcome.Unknown("head"));

  private final Node head;
  private final Evidence evidence;

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

  private OrderSearch(Node head, int certain, Evidence evidence) {
    this.head = head;
    this.missing = certain;
    this.evidence = evidence;
  }

  /** The search for an order of the operations of one component. */
  static OrderSearch of(List<Judged> operations, Evidence evidence) {
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
    return new OrderSearch(head, certain, evidence);
  }

  /**
   * Searches, once.
   *
   * @param stepsMax after so many steps it is given up
   */
  Verdict run(long stepsMax) {
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
   * Answers name revisions, and those never fall: of what is certain only those with the lowest can
   * be next, and of these those first that change something. What is unknown may as well never
   * happen, so it is tried last, the latest call first, and only if there is a revision for it, as
   * each takes one, and it makes a difference to what comes next.
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
}
