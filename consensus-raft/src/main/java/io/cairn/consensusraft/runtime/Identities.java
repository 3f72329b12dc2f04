// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects.RoleView;
import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.ProcessExit;
import io.cairn.spi.network.PeerNetwork;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Binds members to their directories, and keeps what shows later whether they still have them.
 *
 * <p>A leader proposes a binding when it has heard from a member that has none. A lone member is
 * not bound before others join: there is nobody who could be misled.
 */
@OnLane("raft")
final class Identities {
  /** What a member says that ends because the others refuse its directory. */
  static String refused(long self) {
    return ("the cluster knows this member with another data directory, or with a later state of"
            + " this one, so it cannot go on with this directory; remove it with 'etcdctl member"
            + " remove %1$x', then add it again, and start it with an empty directory and"
            + " --initial-cluster-state existing")
        .formatted(self);
  }

  private final RaftCore core;
  private final long incarnation;
  private final PeerRecords records;
  private final Supplier<Lane> lane;
  private final ProcessExit exit;

  /** In which term a binding was proposed for a member last; as many as there are members. */
  private final TreeMap<Long, Long> proposedIn = new TreeMap<>();

  /** Members whose gates refuse this one. */
  private final TreeSet<Long> refusing = new TreeSet<>();

  private boolean givenUp;

  Identities(
      RaftCore core, long incarnation, PeerRecords records, Supplier<Lane> lane, ProcessExit exit) {
    this.core = core;
    this.incarnation = incarnation;
    this.records = records;
    this.lane = lane;
    this.exit = exit;
    records.know(core.configuration());
  }

  /** Looks at what has changed; the bindings to propose now are added to {@code inputs}. */
  void tick(List<Input> inputs) {
    Configuration members = core.configuration();
    records.know(members);
    if (members.members().size() <= 1) {
      return;
    }
    RoleView role = core.role();
    if (role.ready()) {
      for (Configuration.Member member : members.members()) {
        bind(member, role.term(), inputs);
        records.acknowledged(member.id(), Math.min(core.matchOf(member.id()), role.commit()));
      }
    }
    if (records.hasChanged()) {
      lane.get().execute(records::save);
    }
  }

  /** A member's gate lets this one in. */
  void welcomedBy(long member) {
    refusing.remove(member);
  }

  /**
   * A member's gate refuses this one. If most do, this directory is not the one that the cluster
   * knows, and going on could only do harm.
   *
   * <p>As long as it has not found its cluster, any member's word is enough, as when it asked
   * around before it made its directory: a founder whose directory was wiped knows nobody but the
   * other founders, and they may be gone for good, while those who came later know it. Whoever
   * belongs to a cluster is not so easily told off, lest a stray member of a former one end it.
   */
  void refusedBy(long member, PeerNetwork.Refusal refusal) {
    if (refusal != PeerNetwork.Refusal.UNWELCOME) {
      return;
    }
    refusing.add(member);
    int others = core.configuration().without(core.self()).members().size();
    if ((refusing.size() * 2 > others || !hasFoundItsCluster()) && !givenUp) {
      givenUp = true;
      String by = "refused by members " + refusing.stream().map(Long::toHexString).toList();
      long self = core.self();
      lane.get()
          .execute(() -> {
            records.disown(self, incarnation);
            throw exit.fail(refused(self), new Refused(by));
          });
    }
  }

  private boolean hasFoundItsCluster() {
    Configuration.Member known = core.configuration().find(core.self());
    return core.role().leader() != 0 || (known != null && known.incarnation() != 0);
  }

  private void bind(Configuration.Member member, long term, List<Input> inputs) {
    if (member.incarnation() != 0 || Long.valueOf(term).equals(proposedIn.get(member.id()))) {
      return;
    }
    long life =
        member.id() == core.self()
            ? incarnation
            : records.find(member.id()).map(PeerRecords.Seen::incarnation).orElse(0L);
    if (life != 0) {
      proposedIn.put(member.id(), term);
      inputs.add(new Input.Bind(new Binding(member.id(), life).encode()));
    }
  }

  /** Who says so; an answer for an operator and no accident, so without a stack trace. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refused(String by) {
      super(by, null, false, false);
    }
  }
}
