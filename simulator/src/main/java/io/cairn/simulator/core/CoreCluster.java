// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.core;

import io.cairn.consensusraft.core.Effects;
import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.core.Message;
import io.cairn.consensusraft.core.SnapshotPoint;
import io.cairn.spi.environment.Rng;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Members and the messages between them, which move only when told to. */
final class CoreCluster {
  final TreeMap<Long, CoreMember> members = new TreeMap<>();

  /** In the order of sending. */
  final List<Message> network = new ArrayList<>();

  private final CoreInvariants invariants;
  private final TreeSet<String> cutLinks = new TreeSet<>();
  private final TreeSet<String> wantedSnapshots = new TreeSet<>();

  CoreCluster() {
    this.invariants = new CoreInvariants(this);
  }

  private CoreCluster(CoreCluster other, Rng rng) {
    this.invariants = other.invariants.copy(this);
    other.members.forEach((id, member) -> members.put(id, member.copy(this, rng)));
    network.addAll(other.network);
    cutLinks.addAll(other.cutLinks);
    wantedSnapshots.addAll(other.wantedSnapshots);
  }

  /** The same cluster at the same moment, sharing nothing that changes but what it has reached. */
  CoreCluster copy(Rng rng) {
    return new CoreCluster(this, rng);
  }

  CoreInvariants invariants() {
    return invariants;
  }

  CoreMember member(long id) {
    CoreMember member = members.get(id);
    if (member == null) {
      throw new IllegalArgumentException("there is no member n" + id);
    }
    return member;
  }

  long idOf(String name) {
    return Long.parseLong(name.substring(1));
  }

  void send(Message message) {
    if (linked(message.header().from(), message.header().to())) {
      network.add(message);
    }
  }

  boolean linked(long from, long to) {
    return !cutLinks.contains(from + ">" + to);
  }

  void cut(long from, long to) {
    cutLinks.add(from + ">" + to);
    network.removeIf(m -> m.header().from() == from && m.header().to() == to);
  }

  void heal() {
    cutLinks.clear();
  }

  /** Delivers the messages that are under way now and match, in order; not what they cause. */
  int deliver(Predicate<Message> which) {
    List<Message> now = new ArrayList<>();
    for (Iterator<Message> i = network.iterator(); i.hasNext(); ) {
      Message message = i.next();
      if (which.test(message)) {
        now.add(message);
        i.remove();
      }
    }
    now.forEach(this::hand);
    return now.size();
  }

  void hand(Message message) {
    CoreMember receiver = members.get(message.header().to());
    if (receiver != null) {
      receiver.step(new Input.Receive(message));
    }
  }

  void wantSnapshot(long from, long to) {
    wantedSnapshots.add(from + ">" + to);
  }

  /** Carries out one wanted snapshot transfer, if there is any. */
  boolean installNext() {
    for (String wanted : List.copyOf(wantedSnapshots)) {
      String[] ends = wanted.split(">", -1);
      wantedSnapshots.remove(wanted);
      install(Long.parseLong(ends[0]), Long.parseLong(ends[1]), true);
      return true;
    }
    return false;
  }

  /** Moves the state of one member to another, as a snapshot stream would. */
  void install(long from, long to, boolean delivered) {
    wantedSnapshots.remove(from + ">" + to);
    CoreMember sender = member(from);
    CoreMember receiver = members.get(to);
    if (!sender.isUp()) {
      return;
    }
    boolean leads = sender.core().role().kind() == Effects.RoleKind.LEADER;
    boolean arrives = delivered && leads && receiver != null && receiver.isUp() && linked(from, to);
    SnapshotPoint point = sender.state;
    if (arrives && receiver != null) {
      Message.Header header =
          new Message.Header(from, to, sender.core().role().term(), sender.incarnation);
      receiver.step(new Input.Receive(new Message.InstallSnapshot(header, point)));
    }
    sender.step(new Input.SnapshotDone(to, arrives ? point.index() : 0));
  }

  /** Delivers everything until nothing moves any more. */
  void settle(Predicate<Message> which) {
    for (int round = 0; deliver(which) > 0 || installNext(); round++) {
      if (round > 10_000) {
        throw new IllegalStateException("the cluster does not come to rest");
      }
    }
  }
}
