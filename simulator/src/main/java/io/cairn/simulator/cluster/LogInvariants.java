// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.cluster;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects;
import io.cairn.consensusraft.core.Effects.Persist;
import io.cairn.consensusraft.core.Effects.RoleKind;
import io.cairn.consensusraft.core.Effects.RoleView;
import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.HardState;
import io.cairn.consensusraft.core.Message;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.consensusraft.core.Recovered;
import io.cairn.consensusraft.runtime.CoreObserver;
import io.cairn.simulator.environment.EventQueue;
import io.cairn.spi.environment.OnLane;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What the cores of all members ask for, what becomes durable of it, and what leaves: I2, I3, I6
 * and the obligations O1 to O3 of whoever drives a core. The names are those of docs/simulator.md.
 */
@OnLane("simulation")
public final class LogInvariants {
  private record Place(long index, long term) {}

  /** An entry, and the term of the one before it. */
  private record Known(Entry entry, long previousTerm) {}

  private final EventQueue queue;
  private final Map<Place, Known> entries = new HashMap<>(); // Only looked up.
  private final Map<Long, Watched> members = new TreeMap<>();
  private final List<Long> committedTerms = new ArrayList<>(List.of(0L));

  /** In which leader's term each entry was committed. */
  private final List<Long> committedIn = new ArrayList<>(List.of(0L));

  LogInvariants(EventQueue queue) {
    this.queue = queue;
  }

  private static void check(boolean holds, String invariant, Supplier<String> what) {
    if (!holds) {
      throw new Broken(invariant, what.get());
    }
  }

  /** Whoever looks at a member from its first start on. */
  Watched watch(SimulatedMember member) {
    Watched watched = new Watched(member);
    members.put(member.id(), watched);
    return watched;
  }

  private long committedTerm(long index) {
    return index < committedTerms.size() ? committedTerms.get((int) index) : ModelLog.NONE;
  }

  /** A member, over all of its lives. */
  final class Watched implements CoreObserver {
    private record Sync(long token, long atNanos) {}

    private final SimulatedMember member;

    /** What survives whatever the disk survives. */
    private final ModelLog durable = new ModelLog();

    /** What was durable when its directory was wiped, or replaced by an older copy. */
    private final ModelLog promised = new ModelLog();

    /** How often others have been started as far as it knows for good. */
    private final Map<Long, Long> boots = new TreeMap<>();

    private HardState durableState = HardState.INITIAL;

    /** As of its last step; the directories of members are bound by it. */
    private Configuration configuration = Configuration.EMPTY;

    /** Whether its consensus lets anybody look on; if not, nothing here is ever known. */
    private boolean seen;

    // One life.
    private final ModelLog appended = new ModelLog();
    private final Deque<Persist> pending = new ArrayDeque<>();
    private final Deque<Sync> syncs = new ArrayDeque<>();
    private long durableToken;
    private long askedToken;
    private long commit;
    private long leadsInTerm;

    private Watched(SimulatedMember member) {
      this.member = member;
    }

    /** The process is over: of what was not durable by now anything may be found again. */
    void ended() {
      settle();
      syncs.clear();
    }

    /** Its directory is gone. Others may go on counting on what it has promised. */
    void forgets() {
      promised.become(durable);
      durable.reset(0, 0);
      durableState = HardState.INITIAL;
      pending.clear();
      syncs.clear();
    }

    @Override
    public void remembers(long other, long boot) {
      boots.merge(other, boot, Math::max);
    }

    /** How often another has been started, at least. */
    long bootsOf(long other) {
      return boots.getOrDefault(other, 0L);
    }

    boolean knowsDirectoryOf(long other) {
      Configuration.Member known = configuration.find(other);
      return known != null && known.incarnation() != 0;
    }

    @Override
    public void recovered(Recovered recovered) {
      seen = true;
      if (!member.isDamaged()) {
        checkFound(recovered);
      }
      if (durable.last() < recovered.applied() || durable.base() > recovered.applied()) {
        durable.reset(recovered.applied(), recovered.appliedTerm());
      } else {
        durable.cutOffAfter(recovered.applied());
      }
      recovered.entries().forEach(entry -> durable.append(entry.index(), entry.term()));
      durableState = recovered.hardState();
      appended.become(durable);
      pending.clear();
      syncs.clear();
      durableToken = 0;
      askedToken = 0;
      leadsInTerm = 0;
      commit = 0;
    }

    /**
     * I4 and I14: what was durable is found again, unless something that was not took its place.
     */
    private void checkFound(Recovered recovered) {
      HardState found = recovered.hardState();
      check(
          found.term() >= durableState.term(),
          "I4",
          () -> member + " has forgotten term " + durableState.term() + ", it found " + found);
      check(
          found.term() > durableState.term()
              || durableState.vote() == 0
              || found.vote() == durableState.vote(),
          "I14",
          () -> member + " has forgotten its vote in " + durableState + ", it found " + found);
      long upTo = durable.last();
      for (Persist persist : pending) {
        if (persist.snapshot() != null) {
          upTo = Math.min(upTo, persist.snapshot().index());
        } else if (persist.truncateFrom() != 0) {
          upTo = Math.min(upTo, persist.truncateFrom() - 1);
        }
      }
      long first = recovered.applied() + 1;
      List<Entry> entries = recovered.entries();
      for (long index = Math.max(first, durable.base() + 1); index <= upTo; index++) {
        int at = (int) (index - first);
        if (at >= entries.size() || entries.get(at).term() != durable.term(index)) {
          throw new Broken(
              "I14",
              "%s has lost entry %d of term %d; durable were %s, found were %d behind %d"
                  .formatted(
                      member, index, durable.term(index), durable, entries.size(), first - 1));
        }
      }
    }

    @Override
    public void stepped(RaftCore core, Effects effects) {
      configuration = core.configuration();
      RoleView role = effects.role();
      boolean led = leadsInTerm == role.term();
      Persist persist = effects.persist();
      if (persist != null) {
        check(
            !led || persist.truncateFrom() == 0,
            "I2",
            () -> "leader " + member + " cut its own log");
        check(persist.token() > askedToken, "O2", () -> member + " reuses a token");
        askedToken = persist.token();
        appended.take(persist);
        pending.add(persist);
        persist.entries().forEach(this::appended);
      }
      if (role.kind() == RoleKind.LEADER && !led) {
        leadsInTerm = role.term();
        elected();
      }
      if (role.commit() > commit) {
        commits(core, role, led);
      }
      for (Entry entry : effects.apply()) {
        check(
            entry.index() <= role.commit() && committedTerm(entry.index()) == entry.term(),
            "O3",
            () -> member + " is to apply what is not committed: " + entry.index());
      }
    }

    /** I2: index and term determine the entry and, with that before it, all before it. */
    private void appended(Entry entry) {
      Known now = new Known(entry.withoutOrigin(), appended.term(entry.index() - 1));
      Known known = entries.putIfAbsent(new Place(entry.index(), entry.term()), now);
      check(
          known == null
              || (known.entry().equals(entry) && known.previousTerm() == now.previousTerm()),
          "I2",
          () -> member + " appends " + now + " where others have " + known);
    }

    /**
     * I3: whoever leads has everything that was committed in earlier terms. A member that was
     * asleep may learn of its election when others have committed more under a later leader.
     */
    private void elected() {
      for (long index = appended.base() + 1; index < committedTerms.size(); index++) {
        if (committedIn.get((int) index) < leadsInTerm
            && committedTerm(index) != appended.term(index)) {
          throw new Broken("I3", "leader " + member + " lacks committed entry " + index);
        }
      }
    }

    private void commits(RaftCore core, RoleView role, boolean led) {
      long term = appended.term(role.commit());
      if (led && role.kind() == RoleKind.LEADER) {
        check(
            term == role.term(),
            "I6",
            () -> "leader " + member + " commits an entry of term " + term + " by counting");
        isDurable(core.configuration(), role.commit(), term);
      }
      for (long index = commit + 1; index <= role.commit(); index++) {
        long own = appended.term(index);
        if (index == committedTerms.size() && own != ModelLog.NONE) {
          committedTerms.add(own);
          committedIn.add(role.term());
        } else if (own != ModelLog.NONE
            && index < committedTerms.size()
            && committedTerm(index) != own) {
          throw new Broken(
              "I3", member + " commits another entry at " + index + " than others have");
        }
      }
      commit = role.commit();
    }

    /** I6: a quorum of those who count for the leader would find it again. */
    private void isDurable(Configuration configuration, long index, long term) {
      int holders = 0;
      for (int i = 0; i < configuration.voterCount(); i++) {
        Watched voter = members.get(configuration.voter(i));
        if (voter != null) {
          voter.settle();
          ModelLog held = voter.member.hasForgotten() ? voter.promised : voter.durable;
          holders += held.holds(index, term) ? 1 : 0;
        }
      }
      if (holders < configuration.quorum()) {
        throw new Broken(
            "I6", "entry " + index + " is durable on " + holders + " of " + configuration);
      }
    }

    @Override
    public void synced(long token) {
      check(
          token <= askedToken && token > lastSync(),
          "O2",
          () -> member + " syncs out of order: " + token);
      // Where nobody hears of it before its time is over, power may fail until then.
      syncs.add(new Sync(token, member.life().isUnheardOf() ? queue.now() : Long.MIN_VALUE));
      settle();
    }

    private long lastSync() {
      return syncs.isEmpty() ? durableToken : syncs.getLast().token();
    }

    private void settle() {
      while (!syncs.isEmpty() && syncs.getFirst().atNanos() <= queue.eventTime()) {
        durableToken = syncs.removeFirst().token();
        while (!pending.isEmpty() && pending.getFirst().token() <= durableToken) {
          Persist persist = pending.removeFirst();
          durable.take(persist);
          durableState = persist.hardState();
        }
      }
    }

    /** O1: nothing is claimed that may be forgotten. */
    @Override
    public void leaves(Effects.Outgoing outgoing) {
      settle();
      Message message = outgoing.message();
      check(
          outgoing.after() <= durableToken,
          "O1",
          () -> member + " sends before its persist is durable: " + message);
      boolean kept =
          switch (message) {
            case Message.VoteRequest request ->
                request.pre() || durableState.term() >= request.header().term();
            case Message.VoteResponse response ->
                response.pre()
                    || !response.granted()
                    || durableState.term() > response.header().term()
                    || durableState.vote() == response.header().to();
            case Message.AppendAccepted accepted -> accepted.match() <= durable.last();
            case Message.AppendRequest _,
                Message.CommitNotice _,
                Message.AppendRejected _,
                Message.Heartbeat _,
                Message.HeartbeatResponse _,
                Message.InstallSnapshot _,
                Message.TimeoutNow _,
                Message.ReadIndexRequest _,
                Message.ReadIndexResponse _,
                Message.StaleTerm _ ->
                true;
          };
      check(kept, "O1", () -> member + " may forget what it says: " + message);
    }

    /** O3: what is applied would be found again. */
    void applies(long index, long term) {
      settle();
      check(
          !seen || durable.holds(index, term),
          "O3",
          () -> member + " applies entry " + index + " of term " + term + ", which it may lose");
    }
  }
}
