// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.run;

import io.cairn.simulator.cluster.SimulatedCluster;
import io.cairn.simulator.cluster.SimulatedMember;
import io.cairn.simulator.environment.SimulatedNetwork;
import io.cairn.spi.consensus.Configuration;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Rng;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who is repaired once faults are over: first a random majority, connected with each other, while
 * everybody else stays broken; then all who belong to the cluster.
 */
@OnLane("simulation")
final class Repairs {
  /** How often an operator starts a removed member again for the sake of the others. */
  private static final int BROUGHT_BACK_MAX = 3;

  private final SimulatedCluster cluster;
  private final Rng rng;

  /** Who has been repaired, so that there is a majority; empty while faults go on. */
  private final List<SimulatedMember> core = new ArrayList<>();

  /** Removed members that were started again, so often. */
  private final Map<Long, Integer> broughtBack = new TreeMap<>();

  Repairs(SimulatedCluster cluster, Rng rng) {
    this.cluster = cluster;
    this.rng = rng;
  }

  /** Who has been repaired, so that there is a majority; grows. */
  List<SimulatedMember> core() {
    return core;
  }

  /** Repairs a random majority; everybody else stays broken. */
  void repairMajority() {
    majority().forEach(this::repair);
    for (SimulatedMember other : cluster.members().values()) {
      if (!core.contains(other)) {
        stayBroken(other);
      }
    }
  }

  /**
   * Somebody who is not repaired: gone, or cut off in one direction or both. A member that only
   * some of the majority can reach is none of these: with it a leader may stay whom the others
   * never hear.
   */
  private void stayBroken(SimulatedMember other) {
    int how = rng.below(4);
    if (how == 0) {
      other.crash(false);
    }
    for (SimulatedMember member : core) {
      cluster
          .network()
          .wire(other.id(), member.id(), SimulatedNetwork.Wire.GOOD.withOpen(how == 3));
      cluster
          .network()
          .wire(member.id(), other.id(), SimulatedNetwork.Wire.GOOD.withOpen(how == 2));
    }
  }

  /** Repairs a member, and its connections with those repaired before. */
  private void repair(SimulatedMember member) {
    member.repair();
    core.add(member);
    for (SimulatedMember other : core) {
      cluster.network().wire(member.id(), other.id(), SimulatedNetwork.Wire.GOOD);
      cluster.network().wire(other.id(), member.id(), SimulatedNetwork.Wire.GOOD);
    }
  }

  /**
   * A change of members that was under way may be applied while a majority of those who voted
   * before is repaired; and who has not applied a change yet that others have needs a majority of
   * those who voted before it. Then some more are repaired, until there is one.
   *
   * @return whether that was needed, so that what has been awaited may take its time again
   */
  boolean repairMoreIfNeeded() {
    if (bringBackIfNeeded()) {
      return true;
    }
    List<Configuration> counting = new ArrayList<>();
    counting.add(newestConfiguration());
    for (SimulatedMember member : core) {
      if (member.isUp()) {
        counting.add(member.status().configuration());
      }
    }
    boolean more = false;
    for (Configuration configuration : counting) {
      more |= repairMajorityOf(configuration.voters());
    }
    return more;
  }

  private boolean repairMajorityOf(List<Long> voting) {
    int needed = voting.size() / 2 + 1;
    long repaired = core.stream().filter(member -> voting.contains(member.id())).count();
    boolean more = false;
    for (long voter : undamaged(voting)) {
      SimulatedMember known = cluster.members().get(voter);
      if (!core.isEmpty() && repaired < needed && (known == null || !core.contains(known))) {
        repair(known != null ? known : cluster.add(voter));
        repaired++;
        more = true;
      }
    }
    return more;
  }

  /**
   * Who has not heard yet that others were removed still needs their votes, though they have
   * stopped; of two, the one that is left. As with etcd, the operator starts the other again.
   */
  private boolean bringBackIfNeeded() {
    for (SimulatedMember member : List.copyOf(core)) {
      List<Long> voting = member.isUp() ? member.status().configuration().voters() : List.of();
      long up = core.stream().filter(other -> other.isUp() && voting.contains(other.id())).count();
      if (voting.isEmpty() || up > voting.size() / 2 || cluster.leader() != null) {
        continue;
      }
      for (long voter : voting) {
        SimulatedMember gone = cluster.members().get(voter);
        if (gone != null
            && gone.isRemoved()
            && !gone.isUp()
            && !gone.isDamaged()
            && broughtBack.merge(voter, 1, Integer::sum) <= BROUGHT_BACK_MAX) {
          core.remove(gone);
          gone.bringBack();
          repair(gone);
          return true;
        }
      }
    }
    return false;
  }

  /** Whether enough of those who vote have what they wrote. */
  boolean canProceed() {
    List<Long> voters = newestConfiguration().voters();
    return undamaged(voters).size() > voters.size() / 2;
  }

  private List<Long> undamaged(List<Long> ids) {
    return ids.stream()
        .filter(id -> {
          SimulatedMember member = cluster.members().get(id);
          return member == null || !member.isDamaged();
        })
        .toList();
  }

  /**
   * A random majority of those who vote as of the newest configuration that anybody has applied.
   */
  private List<SimulatedMember> majority() {
    List<Long> voting = newestConfiguration().voters();
    List<Long> voters = new ArrayList<>(undamaged(voting));
    for (int i = voters.size() - 1; i > 0; i--) {
      voters.set(i, voters.set(rng.below(i + 1), voters.get(i)));
    }
    int quorum = voting.size() / 2 + 1;
    int size = quorum + rng.below(voters.size() - quorum + 1);
    List<SimulatedMember> core = new ArrayList<>();
    for (long voter : voters.subList(0, size)) {
      SimulatedMember known = cluster.members().get(voter);
      core.add(known != null ? known : cluster.add(voter));
    }
    return core;
  }

  /** As of the newest change that anybody has applied. */
  Configuration newestConfiguration() {
    Configuration newest = cluster.invariants().configuration();
    if (!newest.voters().isEmpty()) {
      return newest;
    }
    List<Long> founders = new ArrayList<>(cluster.members().keySet());
    return new Configuration(founders, List.of());
  }

  /**
   * Everybody who belongs to the cluster by now, repaired. A change of members that was under way
   * may still be applied while they are waited for.
   *
   * @param repaired who has been repaired so far, grows
   */
  List<SimulatedMember> repairAllWhoBelong(List<SimulatedMember> repaired) {
    Configuration newest = newestConfiguration();
    List<Long> ids = new ArrayList<>(newest.voters());
    ids.addAll(newest.learners());
    List<SimulatedMember> all = new ArrayList<>();
    for (long id : undamaged(ids)) {
      SimulatedMember known = cluster.members().get(id);
      SimulatedMember member = known != null ? known : cluster.add(id);
      if (!repaired.contains(member)) {
        repaired.add(member);
        member.repair();
      }
      all.add(member);
    }
    stopThoseWhoAreForgotten(ids);
    return all;
  }

  /**
   * Whether everybody who belongs to the cluster, but whose directory was wiped, has been told so
   * and has ended itself. Starts those who are down.
   */
  boolean haveRefusedTheWiped() {
    Configuration newest = newestConfiguration();
    boolean all = true;
    for (SimulatedMember member : cluster.members().values()) {
      boolean belongs =
          newest.voters().contains(member.id()) || newest.learners().contains(member.id());
      if (belongs && member.isWiped() && !member.isRefused()) {
        member.repair();
        all = false;
      }
    }
    return all;
  }

  /**
   * Who was removed before it learnt of it, and knows nobody who is left to tell it, waits for
   * ever: its operator ends it. So it is with one whose directory was rolled back, if most of the
   * members that it knows are gone: it takes the word of most of them only.
   */
  private void stopThoseWhoAreForgotten(List<Long> belonging) {
    List<Long> telling = undamaged(belonging);
    for (SimulatedMember member : cluster.members().values()) {
      if (member.isRolledBack() && member.isUp()) {
        member.crash(false);
      } else if (!belonging.contains(member.id()) && member.isUp()) {
        Configuration known = member.status().configuration();
        if (known.voters().stream().noneMatch(telling::contains)) {
          member.crash(false);
        }
      }
    }
  }
}
