// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.cluster;

import io.cairn.conformancetests.consensus.ConsensusFixture;
import io.cairn.kernel.cluster.MemberChange;
import io.cairn.simulator.engines.Storage;
import io.cairn.simulator.environment.EventQueue;
import io.cairn.simulator.environment.SimulatedNetwork;
import io.cairn.simulator.parts.Knobs;
import io.cairn.simulator.parts.Parts;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.ConsensusStatus;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A cluster of whole members in one thread. Nothing in it moves but by {@link EventQueue}. */
@OnLane("simulation")
public final class SimulatedCluster {
  /** What every header says. */
  public static final long CLUSTER_ID = 77;

  private final EventQueue queue = new EventQueue();
  private final Rng rng;
  private final Knobs knobs;
  private final Parts parts;
  private final ConsensusFixture consensus;
  private final Reached reached = new Reached();
  private final SimulatedNetwork network;
  private final ClusterInvariants invariants;
  private final LogInvariants logs;
  private final Map<Long, SimulatedMember> members = new TreeMap<>();
  private final List<Long> founders = new ArrayList<>();
  private @Nullable Broken found;

  /** A cluster whose founders have the ids from 1 on; none of them has been started. */
  public SimulatedCluster(int size, Knobs knobs, Parts parts, Rng rng) {
    this.rng = rng;
    this.knobs = knobs;
    this.parts = parts;
    this.consensus = parts.consensus().of(knobs);
    this.network = new SimulatedNetwork(queue, rng.split("net"));
    this.invariants = new ClusterInvariants(queue, reached);
    this.logs = new LogInvariants(queue);
    for (long id = 1; id <= size; id++) {
      founders.add(id);
      add(id);
    }
  }

  /** Makes a member that nobody knows yet; it joins when the cluster adds it. */
  public SimulatedMember add(long id) {
    return add(id, List.of());
  }

  /** A member that an operator starts, having told it of the members that there are. */
  public SimulatedMember add(long id, List<Member> told) {
    SimulatedMember member = new SimulatedMember(this, id, told, rng.split("m" + id));
    members.put(id, member);
    return member;
  }

  /** Time and what happens in it. */
  public EventQueue queue() {
    return queue;
  }

  /** What connects the members. */
  public SimulatedNetwork network() {
    return network;
  }

  /** The observer. */
  public ClusterInvariants invariants() {
    return invariants;
  }

  /** The observer of logs. */
  LogInvariants logs() {
    return logs;
  }

  /** What came about so far. */
  public Reached reached() {
    return reached;
  }

  /** The sizes of this cluster. */
  public Knobs knobs() {
    return knobs;
  }

  /** What makes the consensus of each life of each member. */
  ConsensusFixture consensus() {
    return consensus;
  }

  /** Which engines a member has. */
  Storage storageOf(long member) {
    return parts.storageOf(member);
  }

  /** All members that ever were, by id. */
  public Map<Long, SimulatedMember> members() {
    return members;
  }

  /** A member by its id. */
  public SimulatedMember member(long id) {
    SimulatedMember member = members.get(id);
    if (member == null) {
      throw new IllegalArgumentException("there is no member " + id);
    }
    return member;
  }

  /**
   * Whether all others know the directory of a member from any other: before that nobody can tell
   * that it is gone. Who has founded the cluster alone would found another one, and ask nobody.
   */
  public boolean knowsDirectoryOf(SimulatedMember member) {
    if (founders.equals(List.of(member.id()))) {
      return false;
    }
    return members.values().stream()
        .allMatch(other -> other == member || other.log().knowsDirectoryOf(member.id()));
  }

  /** How often all others know for good that a member has been started. */
  long bootsKnownOf(SimulatedMember member) {
    return members.values().stream()
        .filter(other -> other != member)
        .mapToLong(other -> other.log().bootsOf(member.id()))
        .min()
        .orElse(0);
  }

  /** Somebody has the leader, if there is one, compact everything. */
  void compact() {
    SimulatedMember leader = leader();
    if (leader != null) {
      leader.call(
          0,
          () -> {
            long revision = leader.kernel().published().state().revision();
            leader
                .kernel()
                .kv()
                .compact(Caller.LOCAL, new CompactRequest(revision, false))
                .whenComplete((_, _) -> reached.count("compactions by an operator"));
          });
    }
  }

  /** Starts every member. */
  public void start() {
    members.values().forEach(SimulatedMember::start);
  }

  /** Whoever leads in the newest term in which somebody does, or null. */
  public @Nullable SimulatedMember leader() {
    @Nullable SimulatedMember leader = null;
    long term = 0;
    for (SimulatedMember member : members.values()) {
      if (member.isUp()) {
        ConsensusStatus status = member.status();
        if (status.leadership().self() && status.leadership().term() > term) {
          leader = member;
          term = status.leadership().term();
        }
      }
    }
    return leader;
  }

  /** Lets time pass. */
  public void run(long nanos) {
    long until = queue.now() + nanos;
    while (queue.nextAt() <= until) {
      queue.runNext();
      if (found != null) {
        throw found;
      }
    }
    queue.runUntil(until);
  }

  /** Something is wrong; the simulation ends as soon as the running event has. */
  public void found(Broken broken) {
    if (found == null) {
      found = broken;
    }
  }

  /** The entries that a founder begins its log with. */
  List<ConfigurationChange> bootstrapOf(long id) {
    if (!founders.contains(id)) {
      return List.of();
    }
    return founders.stream()
        .map(member ->
            MemberChange.ofInitialMember(
                    member, "m" + member, List.of(SimulatedNetwork.urlOf(member)))
                .encode())
        .toList();
  }

  /** What every member believes, for reports. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("configuration ").append(invariants.configuration());
    for (SimulatedMember member : members.values()) {
      text.append(", ").append(member).append(' ');
      text.append("at ").append(member.lastApplied()).append(' ');
      text.append(member.isUp() ? member.status() : member.isRemoved() ? "removed" : "down");
    }
    return text.toString();
  }
}
