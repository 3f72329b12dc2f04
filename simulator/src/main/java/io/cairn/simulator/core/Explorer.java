// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.core;

import static io.cairn.simulator.core.Explorer.Scarce.BEAT;
import static io.cairn.simulator.core.Explorer.Scarce.CHANGE;
import static io.cairn.simulator.core.Explorer.Scarce.CRASH;
import static io.cairn.simulator.core.Explorer.Scarce.LOSS;
import static io.cairn.simulator.core.Explorer.Scarce.PROPOSAL;
import static io.cairn.simulator.core.Explorer.Scarce.READ;
import static io.cairn.simulator.core.Explorer.Scarce.REPEAT;
import static io.cairn.simulator.core.Explorer.Scarce.TIMEOUT;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Tries every order in which things may happen to a small cluster of cores: messages arrive in any
 * order, twice or never; disks sync late; members time out, crash, propose and read at any moment.
 * Within the bounds nothing is left to chance, so that what is not found there is not there.
 *
 * <p>Depth first. A world that is equal to one met before, also in what has been seen of it so far,
 * is not gone on with.
 */
@OnLane("owner")
public final class Explorer {
  /** What happens only so often. */
  public enum Scarce {
    TIMEOUT,
    PROPOSAL,
    CHANGE,
    READ,
    BEAT,
    CRASH,
    LOSS,
    REPEAT
  }

  /**
   * How small the cluster is.
   *
   * @param voters how many members vote at first; the changes remove the first or the last of them
   * @param learners how many do not; the changes give the first of them a vote
   * @param preVote whether members ask how a campaign would go
   * @param allowed how often what is scarce may happen; never, if nothing is said
   */
  public record Bounds(int voters, int learners, boolean preVote, Map<Scarce, Integer> allowed) {
    /** Copies the map. */
    public Bounds {
      allowed = new EnumMap<>(allowed);
    }
  }

  /** Bounds that are explored whole within seconds. */
  public static final List<Bounds> SMALL =
      List.of(
          new Bounds(3, 0, false, Map.of(TIMEOUT, 1, PROPOSAL, 1)),
          new Bounds(2, 0, true, Map.of(TIMEOUT, 2, READ, 1, BEAT, 1)),
          new Bounds(2, 0, true, Map.of(TIMEOUT, 2, READ, 1, CRASH, 1)),
          new Bounds(2, 0, true, Map.of(TIMEOUT, 2, PROPOSAL, 1, CRASH, 1)),
          new Bounds(2, 0, true, Map.of(TIMEOUT, 2, PROPOSAL, 1, LOSS, 1, REPEAT, 1)));

  /** Bounds that take minutes, and some of which are not explored whole. */
  public static final List<Bounds> LARGE =
      List.of(
          new Bounds(2, 1, true, Map.of(TIMEOUT, 1, CHANGE, 1)),
          new Bounds(3, 0, false, Map.of(TIMEOUT, 2)),
          new Bounds(3, 0, false, Map.of(TIMEOUT, 1, CHANGE, 1)),
          new Bounds(2, 0, true, Map.of(TIMEOUT, 2, PROPOSAL, 1, READ, 1, BEAT, 1, CRASH, 1)),
          new Bounds(2, 1, true, Map.of(TIMEOUT, 2, PROPOSAL, 1, CHANGE, 1)),
          new Bounds(3, 0, true, Map.of(TIMEOUT, 3, PROPOSAL, 2, CRASH, 1)));

  /**
   * What was found.
   *
   * @param states how many different worlds there were
   * @param depth how many things happened one after the other, at most
   * @param complete whether all worlds within the bounds were met
   * @param reached how often each rare situation came about
   */
  public record Explored(long states, int depth, boolean complete, Map<String, Integer> reached) {}

  private final long statesMax;

  /** A number for each different part of a world; worlds are equal if the numbers are. */
  private final Map<Object, Integer> numbers = new HashMap<>();

  // By a hash of those numbers: two of a hundred million worlds share one with a chance of 1:3000.
  private final Set<Long> met = new HashSet<>();
  private final Deque<SmallWorld.Move> path = new ArrayDeque<>();
  private int depth;
  private boolean complete = true;

  private Explorer(long statesMax) {
    this.statesMax = statesMax;
  }

  /**
   * Explores.
   *
   * @param statesMax after so many different worlds the search gives up
   * @throws InvariantViolation if a promise can be broken; it says how
   */
  public static Explored explore(Bounds bounds, long statesMax) {
    Explorer explorer = new Explorer(statesMax);
    SmallWorld origin = new SmallWorld(bounds);
    explorer.met.add(explorer.key(origin));
    explorer.goOn(origin);
    return new Explored(
        explorer.met.size(),
        explorer.depth,
        explorer.complete,
        new TreeMap<>(origin.invariants().reached()));
  }

  private void goOn(SmallWorld world) {
    depth = Math.max(depth, path.size());
    for (SmallWorld.Move move : world.moves()) {
      if (met.size() >= statesMax) {
        complete = false;
        return;
      }
      SmallWorld next = world.copy();
      path.addLast(move);
      make(move, next);
      if (met.add(key(next))) {
        goOn(next);
      }
      path.removeLast();
    }
  }

  private void make(SmallWorld.Move move, SmallWorld world) {
    try {
      move.happens().accept(world);
    } catch (InvariantViolation violation) {
      StringBuilder how = new StringBuilder(String.valueOf(violation.getMessage()));
      path.forEach(step -> how.append("\n  ").append(step));
      throw new InvariantViolation(how.toString());
    }
  }

  private long key(SmallWorld world) {
    long key = 0;
    for (Object part : world.parts()) {
      key = mix(key + number(part));
    }
    // The order in which messages were sent does not count: each may arrive next.
    long underWay = 0;
    for (Object message : world.messages()) {
      underWay += mix(number(message));
    }
    return mix(key + underWay);
  }

  /** The finalizer of SplitMix64, behind its increment. */
  private static long mix(long value) {
    long mixed = value + 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }

  private int number(Object part) {
    Integer known = numbers.get(part);
    if (known == null) {
      known = numbers.size();
      numbers.put(part, known);
    }
    return known;
  }
}
