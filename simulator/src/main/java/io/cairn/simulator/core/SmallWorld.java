// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.core;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects.RoleKind;
import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.core.Message;
import io.cairn.consensusraft.core.Settings;
import io.cairn.simulator.core.Explorer.Scarce;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A small cluster of cores at one moment, and everything that may happen to it next. Entries are
 * applied as soon as they may be, and a member that has crashed starts again at once; whatever else
 * may wait waits for its turn.
 */
final class SmallWorld {
  /** So many ticks without a leader make a campaign. */
  private static final int ELECTION_TICKS = 2;

  /**
   * One thing that may happen.
   *
   * @param who the member that it happens to, or the message
   * @param happens makes it happen in a world that is at the same moment
   */
  record Move(String what, Object who, Consumer<SmallWorld> happens) {
    @Override
    public String toString() {
      return what + " " + who;
    }
  }

  private final Explorer.Bounds bounds;
  private final CoreCluster cluster;

  /** How often what is scarce may happen still. */
  private final EnumMap<Scarce, Integer> left;

  /** A cluster that has just been founded. */
  SmallWorld(Explorer.Bounds bounds) {
    this.bounds = bounds;
    this.cluster = new CoreCluster();
    this.left = new EnumMap<>(bounds.allowed());
    Configuration founders = Configuration.EMPTY;
    int members = bounds.voters() + bounds.learners();
    for (long id = 1; id <= members; id++) {
      founders = founders.with(new Configuration.Member(id, id > bounds.voters(), 0));
    }
    Settings settings =
        new Settings(
            ELECTION_TICKS,
            1,
            bounds.preVote(),
            1 << 20,
            4,
            1 << 20,
            1 << 20,
            1 << 20,
            50,
            1 << 20);
    for (long id = 1; id <= members; id++) {
      CoreMember member = new CoreMember(id, 0, settings, founders, cluster);
      member.holdPersist = true;
      cluster.members.put(id, member);
      member.start(NoJitter.INSTANCE);
    }
  }

  private SmallWorld(SmallWorld other) {
    this.bounds = other.bounds;
    this.cluster = other.cluster.copy(NoJitter.INSTANCE);
    this.left = other.left.clone();
  }

  /** The same world at the same moment. */
  SmallWorld copy() {
    return new SmallWorld(this);
  }

  CoreInvariants invariants() {
    return cluster.invariants();
  }

  /**
   * With {@link #messages}, equal for worlds in which the same may happen from now on, and would be
   * judged alike.
   */
  List<Object> parts() {
    List<Object> parts = new ArrayList<>();
    cluster.members.values().forEach(member -> parts.add(member.situation()));
    parts.add(cluster.invariants().seen());
    parts.add(List.copyOf(left.values()));
    return parts;
  }

  /** What is under way. */
  List<Message> messages() {
    return cluster.network;
  }

  /** Everything that may happen next, to this world or to a copy of it. */
  List<Move> moves() {
    List<Move> moves = new ArrayList<>();
    for (CoreMember member : cluster.members.values()) {
      movesOf(member, moves);
    }
    Set<Message> known = new HashSet<>();
    for (Message message : cluster.network) {
      if (known.add(message)) {
        movesOf(message, moves);
      }
    }
    return moves;
  }

  private void movesOf(CoreMember member, List<Move> moves) {
    long id = member.id;
    boolean leads = member.core().role().kind() == RoleKind.LEADER;
    if (!member.pending.isEmpty()) {
      moves.add(new Move("sync of", id, world -> world.member(id).persist(1)));
    }
    if (!leads && may(Scarce.TIMEOUT) && (id == 1 || hasBegun())) {
      moves.add(new Move("timeout of", id, world -> world.timeout(id)));
    }
    if (leads && may(Scarce.BEAT)) {
      moves.add(new Move("heartbeat of", id, world -> world.beat(id)));
    }
    if (leads && may(Scarce.PROPOSAL)) {
      moves.add(
          new Move(
              "proposal at",
              id,
              world -> world.member(id).propose("p" + world.spend(Scarce.PROPOSAL))));
    }
    if (leads && may(Scarce.CHANGE)) {
      moves.add(change(id, "-n1"));
      moves.add(change(id, "-n" + bounds.voters()));
      if (bounds.learners() > 0) {
        moves.add(change(id, "+n" + (bounds.voters() + 1)));
      }
    }
    if (may(Scarce.READ)) {
      moves.add(new Move("read at", id, world -> world.read(id)));
    }
    if (may(Scarce.CRASH)) {
      moves.add(new Move("crash of", id, world -> world.crash(id, 0)));
      int unsynced = member.pending.size();
      if (unsynced > 0) {
        moves.add(
            new Move(
                "crash, losing what is not synced, of", id, world -> world.crash(id, unsynced)));
      }
    }
  }

  private static Move change(long id, String change) {
    return new Move(
        "change " + change + " at",
        id,
        world -> world.member(id).change(change, "c" + world.spend(Scarce.CHANGE)));
  }

  private void movesOf(Message message, List<Move> moves) {
    moves.add(
        new Move(
            "arrival of",
            message,
            world -> {
              world.cluster.network.remove(message);
              world.cluster.hand(message);
            }));
    if (may(Scarce.LOSS)) {
      moves.add(
          new Move(
              "loss of",
              message,
              world -> {
                world.spend(Scarce.LOSS);
                world.cluster.network.remove(message);
              }));
    }
    if (may(Scarce.REPEAT)) {
      moves.add(
          new Move(
              "first arrival of",
              message,
              world -> {
                world.spend(Scarce.REPEAT);
                world.cluster.hand(message);
              }));
    }
  }

  private CoreMember member(long id) {
    return cluster.member(id);
  }

  /**
   * Whether somebody has timed out. Voters are alike until then, and so whoever is the first may be
   * called 1.
   */
  private boolean hasBegun() {
    return !Objects.equals(left.get(Scarce.TIMEOUT), bounds.allowed().get(Scarce.TIMEOUT));
  }

  private void timeout(long id) {
    spend(Scarce.TIMEOUT);
    for (int i = 0; i < ELECTION_TICKS; i++) {
      member(id).step(new Input.Tick());
    }
  }

  private void beat(long id) {
    spend(Scarce.BEAT);
    member(id).step(new Input.Tick());
  }

  private void read(long id) {
    String origin = "r" + spend(Scarce.READ);
    cluster.invariants().readBegins(origin);
    member(id).step(new Input.ReadIndex(origin));
  }

  private void crash(long id, int lost) {
    spend(Scarce.CRASH);
    member(id).crash(lost);
    member(id).start(NoJitter.INSTANCE);
  }

  private boolean may(Scarce what) {
    return left.getOrDefault(what, 0) > 0;
  }

  /** Uses up one, and says how many there were. */
  private int spend(Scarce what) {
    int before = left.getOrDefault(what, 0);
    left.put(what, before - 1);
    return before;
  }
}
