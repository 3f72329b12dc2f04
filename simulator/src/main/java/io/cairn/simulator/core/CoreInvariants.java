// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.core;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects;
import io.cairn.consensusraft.core.Effects.RoleKind;
import io.cairn.consensusraft.core.Effects.RoleView;
import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.EntryKind;
import io.cairn.consensusraft.core.Forwarded;
import io.cairn.consensusraft.core.Message;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.spi.environment.InvariantViolation;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * What must hold after every step, judged by an observer who sees all members and their disks. The
 * numbers are those of the project's list of invariants.
 */
final class CoreInvariants {
  private final CoreCluster cluster;
  private final TreeMap<Long, Long> leaders = new TreeMap<>();
  private final TreeMap<String, Long> votes = new TreeMap<>();
  private final TreeMap<String, Entry> entries = new TreeMap<>();
  private final TreeMap<String, Long> precedingTerms = new TreeMap<>();
  private final TreeMap<Long, Entry> committed = new TreeMap<>();

  /** In which term of its leader the entry at an index was first committed. */
  private final TreeMap<Long, Long> committedIn = new TreeMap<>();

  private final TreeMap<String, Long> readsBegun = new TreeMap<>();
  private final Map<String, Integer> reached;
  private final TreeSet<String> acknowledgedOrigins = new TreeSet<>();
  private long acknowledged;

  CoreInvariants(CoreCluster cluster) {
    this(cluster, new TreeMap<>());
  }

  private CoreInvariants(CoreCluster cluster, Map<String, Integer> reached) {
    this.cluster = cluster;
    this.reached = reached;
  }

  /** The same for a copy of the cluster; what is reached is counted for both together. */
  CoreInvariants copy(CoreCluster other) {
    CoreInvariants copy = new CoreInvariants(other, reached);
    copy.leaders.putAll(leaders);
    copy.votes.putAll(votes);
    copy.entries.putAll(entries);
    copy.precedingTerms.putAll(precedingTerms);
    copy.committed.putAll(committed);
    copy.committedIn.putAll(committedIn);
    copy.readsBegun.putAll(readsBegun);
    copy.acknowledgedOrigins.addAll(acknowledgedOrigins);
    copy.acknowledged = acknowledged;
    return copy;
  }

  /** What has been seen so far, as far as it decides what would be wrong later. */
  List<Object> seen() {
    return List.of(
        Map.copyOf(leaders),
        Map.copyOf(votes),
        Map.copyOf(entries),
        Map.copyOf(precedingTerms),
        Map.copyOf(committed),
        Map.copyOf(committedIn),
        Map.copyOf(readsBegun),
        Set.copyOf(acknowledgedOrigins),
        acknowledged);
  }

  /** The highest index at which somebody may have been told of success. */
  long acknowledged() {
    return acknowledged;
  }

  /** How often each rare situation came about: one that never does tests nothing. */
  Map<String, Integer> reached() {
    return reached;
  }

  private void reach(String situation) {
    reached.merge(situation, 1, Integer::sum);
  }

  boolean wasAcknowledged(Object origin) {
    return acknowledgedOrigins.contains(origin.toString());
  }

  void readBegins(String origin) {
    readsBegun.put(origin, acknowledged);
  }

  void readable(String origin, long index) {
    reach("read answered");
    check(index >= readsBegun.getOrDefault(origin, 0L), () -> "I9 read " + origin + " is stale");
  }

  void stepped(CoreMember member, Effects effects) {
    RoleView role = effects.role();
    RaftCore core = member.core();
    String who = "n" + member.id;
    // I4: nothing falls.
    check(role.term() >= member.term, () -> "I4 the term of " + who + " fell");
    check(role.commit() >= member.commit, () -> "I4 the commit index of " + who + " fell");
    check(core.applied() <= role.commit(), () -> "I4 " + who + " applied beyond commit");
    check(role.commit() <= core.lastIndex(), () -> "I4 " + who + " committed beyond its log");
    Effects.Persist persist = effects.persist();
    if (persist != null) {
      for (Entry entry : persist.entries()) {
        appended(entry, core);
        if (role.kind() == RoleKind.LEADER
            && entry.term() == role.term()
            && entry.kind() == EntryKind.CONFIGURATION) {
          changeAppended(who, core, entry.index());
        }
      }
      check(
          persist.truncateFrom() == 0 || role.kind() != RoleKind.LEADER,
          () -> "I2 leader " + who + " cut its own log");
      if (persist.truncateFrom() != 0) {
        reach("log cut off");
      }
      if (persist.snapshot() != null) {
        Entry same = member.diskLog.get(persist.snapshot().index());
        check(
            same == null || !member.pending.isEmpty() || same.term() != persist.snapshot().term(),
            () -> "I14 " + who + " throws a log away that holds the state it was sent, and more");
        reach(persist.snapshot().index() > 1 ? "snapshot installed" : "small snapshot installed");
      }
    }
    if (role.kind() == RoleKind.LEADER) {
      // I1: one leader per term.
      Long known = leaders.putIfAbsent(role.term(), member.id);
      check(known == null || known == member.id, () -> "I1 two leaders in term " + role.term());
      if (known == null) {
        reach("leader elected");
        elected(member);
      }
    }
    if (role.kind() == RoleKind.LEADER && role.commit() > member.commit) {
      // I6: older terms are committed only by an entry of the own one behind them.
      check(
          core.window().stream()
              .allMatch(entry -> entry.index() != role.commit() || entry.term() == role.term()),
          () -> "I6 leader " + who + " commits an entry of an older term by counting");
    }
    for (long index = member.commit + 1; index <= role.commit(); index++) {
      committed(member, index);
    }
    for (Entry entry : effects.apply()) {
      check(member.holdsDurably(entry), () -> "O3 " + who + " applies what it may lose");
    }
    effects.dropped().forEach(dropped -> reach("dropped " + dropped.reason()));
    effects.pages().forEach(page -> reach("entries read back"));
    member.commit = role.commit();
    member.term = role.term();
  }

  void applied(CoreMember member, Entry entry) {
    Entry known = committed.get(entry.index());
    check(
        entry.equals(known), () -> "n" + member.id + " applies another entry at " + entry.index());
    if (entry.kind() == EntryKind.CONFIGURATION) {
      reach("change applied");
    }
    if (entry.origin() != null && !(entry.origin() instanceof Forwarded)) {
      reach("proposal applied");
      check(
          acknowledgedOrigins.add(entry.origin().toString()), () -> "I10 applied twice: " + entry);
      acknowledged = Math.max(acknowledged, entry.index());
    }
  }

  void sent(CoreMember member, Message message) {
    switch (message) {
      case Message.AppendRejected _ -> reach("append rejected");
      case Message.StaleTerm _ -> reach("old leader told");
      case Message.TimeoutNow _ -> reach("leadership handed over");
      default -> {}
    }
    if (message instanceof Message.VoteResponse response && response.granted() && !response.pre()) {
      // I1: one vote per term, and found again after a crash.
      String key = member.id + "@" + response.header().term();
      Long known = votes.putIfAbsent(key, response.header().to());
      check(known == null || known == response.header().to(), () -> "I1 two votes of n" + key);
      check(
          member.diskState.term() > response.header().term()
              || member.diskState.vote() == response.header().to(),
          () -> "I14 a vote of n" + key + " is not durable");
    }
    if (message instanceof Message.AppendAccepted accepted) {
      check(
          member.diskLog.containsKey(accepted.match())
              || accepted.match() <= Math.max(member.diskCut, member.engine.index()),
          () -> "I14 n" + member.id + " acknowledges " + accepted.match() + ", which it may lose");
    }
    if (message instanceof Message.VoteRequest request && !request.pre()) {
      check(
          member.diskState.term() >= request.header().term(),
          () -> "O1 n" + member.id + " campaigns in a term that it may forget");
    }
  }

  private void appended(Entry entry, RaftCore core) {
    // I2: index and term determine the entry and all before it.
    String key = entry.index() + ":" + entry.term();
    Entry known = entries.putIfAbsent(key, entry);
    check(known == null || known.equals(entry), () -> "I2 two entries at " + key);
    for (Entry before : core.window()) {
      if (before.index() == entry.index() - 1) {
        Long term = precedingTerms.putIfAbsent(key, before.term());
        check(term == null || term == before.term(), () -> "I2 two histories before " + key);
      }
    }
  }

  /** I5: a change is appended only when all before it are applied. */
  private static void changeAppended(String who, RaftCore core, long index) {
    for (Entry before : core.window()) {
      check(
          before.kind() != EntryKind.CONFIGURATION
              || before.index() <= core.applied()
              || before.index() >= index,
          () -> "I5 leader " + who + " admits a second change while one is unapplied");
    }
  }

  private void elected(CoreMember member) {
    // I3: a leader has everything that was committed in earlier terms. Perhaps it hears only now
    // that it was elected, and others have led since.
    RaftCore core = member.core();
    long term = core.role().term();
    TreeMap<Long, Entry> window = new TreeMap<>();
    core.window().forEach(entry -> window.put(entry.index(), entry));
    for (Entry entry : committed.tailMap(core.applied(), false).values()) {
      check(
          committedIn.getOrDefault(entry.index(), 0L) >= term
              || entry.equals(window.get(entry.index())),
          () -> "I3 leader n" + member.id + " lacks committed entry " + entry.index());
    }
  }

  private void committed(CoreMember member, long index) {
    RaftCore core = member.core();
    Entry entry = null;
    for (Entry candidate : core.window()) {
      entry = candidate.index() == index ? candidate : entry;
    }
    if (entry == null) {
      return; // It came with a snapshot of what another has committed.
    }
    Entry known = committed.putIfAbsent(index, entry);
    check(known == null || known.equals(entry), () -> "I3 two committed entries at " + index);
    if (known == null) {
      committedIn.put(index, core.role().term());
      if (entry.term() < core.role().term()) {
        reach("entry of an older term committed");
      }
      // I6: durably on a quorum of the members that this leader counts.
      Configuration configuration = core.configuration();
      int holders = 0;
      for (int i = 0; i < configuration.voterCount(); i++) {
        CoreMember voter = cluster.members.get(configuration.voter(i));
        holders += voter != null && voter.holdsDurably(entry) ? 1 : 0;
      }
      check(holders >= configuration.quorum(), () -> "I6 " + index + " is not durable on a quorum");
    }
  }

  private static void check(boolean holds, Supplier<String> what) {
    if (!holds) {
      throw new InvariantViolation(what.get());
    }
  }
}
