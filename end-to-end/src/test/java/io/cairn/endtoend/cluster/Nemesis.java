// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import io.cairn.endtoend.Eventually;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Kills, pauses and separates members, one misfortune after the other, and demands after each that
 * the cluster serves again. All kinds come before one comes again.
 */
final class Nemesis {
  private enum Misfortune {
    KILL_LEADER,
    KILL_ONE,
    KILL_MAJORITY,
    KILL_ALL,
    PAUSE_LEADER,
    PAUSE_ONE,
    SILENCE_LEADER,
    BREAK_OFF_LEADER,
    BREAK_OFF_ONE,
    DEAFEN_ONE,
    MUTE_LEADER,
    CUT_ONE_LINK,
    SLOW_LINKS,
    KILL_WHILE_SPLIT
  }

  private static final int MISFORTUNE_MILLIS_MIN = 200;
  private static final int MISFORTUNE_MILLIS_MAX = 3_000;
  private static final int REST_MILLIS_MAX = 1_000;
  private static final int SLOW_MILLIS_MAX = 150;

  private final Cluster cluster;
  private final Random random;
  // After each misfortune, how many milliseconds it took to serve again.
  private final Map<Misfortune, List<Long>> done = new EnumMap<>(Misfortune.class);
  private final Deque<Misfortune> next = new ArrayDeque<>();
  private int kills;
  private int pauses;
  private int separations;

  Nemesis(Cluster cluster, long seed) {
    this.cluster = cluster;
    this.random = new Random(seed);
  }

  /**
   * Goes on for so long, and on a slow machine longer, until there were {@code killsMin} kills,
   * {@code separationsMin} separations and a pause; afterwards every member runs and every link is
   * open.
   */
  void torment(Duration duration, int killsMin, int separationsMin) throws Exception {
    long end = System.nanoTime() + duration.toNanos();
    while (System.nanoTime() - end < 0
        || kills < killsMin
        || separations < separationsMin
        || pauses == 0) {
      if (next.isEmpty()) {
        List<Misfortune> all = new ArrayList<>(List.of(Misfortune.values()));
        Collections.shuffle(all, random);
        next.addAll(all);
      }
      Misfortune misfortune = next.remove();
      bring(misfortune);
      Eventually.pause(
          MISFORTUNE_MILLIS_MIN + random.nextInt(MISFORTUNE_MILLIS_MAX - MISFORTUNE_MILLIS_MIN));
      done.computeIfAbsent(misfortune, _ -> new ArrayList<>()).add(repair());
      Eventually.pause(random.nextInt(REST_MILLIS_MAX));
    }
  }

  /** One line about what was done. */
  String summary() {
    return kills
        + " kills, "
        + pauses
        + " pauses, "
        + separations
        + " separations; ms from each repair to the next write: "
        + done;
  }

  private void bring(Misfortune misfortune) throws Exception {
    ClusterMember leader = cluster.leader();
    ClusterMember any = any(cluster.members());
    switch (misfortune) {
      case KILL_LEADER -> kill(leader);
      case KILL_ONE -> kill(any);
      case KILL_MAJORITY -> {
        kill(leader);
        List<ClusterMember> others = shuffled(cluster.without(leader));
        others.subList(0, cluster.members().size() / 2).forEach(this::kill);
      }
      case KILL_ALL -> cluster.members().forEach(this::kill);
      case PAUSE_LEADER -> pause(leader);
      case PAUSE_ONE -> pause(any);
      case SILENCE_LEADER -> separate(leader, new Link.Rule.Silent());
      case BREAK_OFF_LEADER -> separate(leader, new Link.Rule.Broken());
      case BREAK_OFF_ONE -> separate(any, new Link.Rule.Broken());
      case DEAFEN_ONE -> {
        separations++;
        for (ClusterMember other : cluster.without(any)) {
          cluster.links().rule(other.name(), any.name(), new Link.Rule.Silent());
        }
      }
      case MUTE_LEADER -> {
        separations++;
        for (ClusterMember other : cluster.without(leader)) {
          cluster.links().rule(leader.name(), other.name(), new Link.Rule.Silent());
        }
      }
      case CUT_ONE_LINK -> {
        separations++;
        ClusterMember other = any(cluster.without(leader));
        cluster
            .links()
            .between(List.of(leader.name()), List.of(other.name()), new Link.Rule.Broken());
      }
      case SLOW_LINKS -> {
        List<String> all = cluster.members().stream().map(ClusterMember::name).toList();
        Link.Rule slow = new Link.Rule.Slow(1 + random.nextInt(SLOW_MILLIS_MAX));
        cluster.links().between(all, all, slow);
      }
      case KILL_WHILE_SPLIT -> {
        separate(leader, new Link.Rule.Silent());
        kill(any(cluster.without(leader)));
      }
    }
  }

  /** Returns how many milliseconds it took until a write succeeded. */
  private long repair() throws Exception {
    cluster.links().heal();
    for (ClusterMember member : cluster.members()) {
      if (!member.process().isRunning()) {
        member.launch();
      }
      member.resume();
    }
    long begun = System.nanoTime();
    var _ = cluster.write(Cluster.PATIENCE, cluster.members());
    long millis = (System.nanoTime() - begun) / 1_000_000;
    for (ClusterMember member : cluster.members()) {
      if (!member.process().isRunning()) {
        throw new AssertionError(member + " has ended by itself:\n" + member.process().log());
      }
    }
    return millis;
  }

  private void kill(ClusterMember member) {
    kills++;
    member.kill();
  }

  private void pause(ClusterMember member) throws Exception {
    pauses++;
    member.pause();
  }

  private void separate(ClusterMember one, Link.Rule rule) {
    separations++;
    List<String> others = cluster.without(one).stream().map(ClusterMember::name).toList();
    cluster.links().between(List.of(one.name()), others, rule);
  }

  private ClusterMember any(List<ClusterMember> members) {
    return members.get(random.nextInt(members.size()));
  }

  private List<ClusterMember> shuffled(List<ClusterMember> members) {
    List<ClusterMember> all = new ArrayList<>(members);
    Collections.shuffle(all, random);
    return all;
  }
}
