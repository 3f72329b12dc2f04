// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.EntryKind;
import io.cairn.consensusraft.core.Input;
import io.cairn.spi.consensus.CommittedEntry;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Committed entries on their way to the state machine: ordinary ones, or one change. */
final class CommittedRun {
  /** The configuration as applied so far. */
  @OnLane("apply")
  static final class Membership {
    // Written by the apply lane, never behind the state machine as to who is bound to what; read by
    // any thread, for which what is newer is as good.
    private volatile Configuration inForce;

    Membership(Configuration inForce) {
      this.inForce = inForce;
    }

    /** What is in force, perhaps a moment before the state machine shows it; any thread. */
    Configuration inForce() {
      return inForce;
    }

    /** A whole state has come with a membership of its own. */
    void replace(Configuration other) {
      inForce = other;
    }
  }

  private final StateMachine machine;
  private final Inbox inbox;
  private final List<CommittedEntry> entries;
  private final @Nullable ConfigurationChange change;
  private final @Nullable Binding binding;
  private final int proposals;
  private final long proposalBytes;

  private CommittedRun(
      StateMachine machine,
      Inbox inbox,
      List<CommittedEntry> entries,
      @Nullable ConfigurationChange change,
      @Nullable Binding binding,
      int proposals,
      long proposalBytes) {
    this.machine = machine;
    this.inbox = inbox;
    this.entries = entries;
    this.change = change;
    this.binding = binding;
    this.proposals = proposals;
    this.proposalBytes = proposalBytes;
  }

  /**
   * Splits what the core hands out into runs.
   *
   * @param own knows which entries this process has proposed
   */
  static List<CommittedRun> split(
      List<Entry> entries, StateMachine machine, Inbox inbox, OwnProposals own) {
    List<CommittedRun> runs = new ArrayList<>(1);
    for (int from = 0; from < entries.size(); ) {
      int to = from + 1;
      if (entries.get(from).kind() == EntryKind.CONFIGURATION) {
        runs.add(ofChange(entries.get(from), machine, inbox, own));
      } else if (entries.get(from).kind() == EntryKind.BINDING) {
        runs.add(ofBinding(entries.get(from), machine, inbox, own));
      } else {
        while (to < entries.size() && !changesMembers(entries.get(to))) {
          to++;
        }
        runs.add(ofCommands(entries.subList(from, to), machine, inbox, own));
      }
      from = to;
    }
    return runs;
  }

  private static boolean changesMembers(Entry entry) {
    return switch (entry.kind()) {
      case CONFIGURATION, BINDING -> true;
      case NOOP, COMMAND -> false;
    };
  }

  private static CommittedRun ofCommands(
      List<Entry> entries, StateMachine machine, Inbox inbox, OwnProposals own) {
    List<CommittedEntry> committed = new ArrayList<>(entries.size());
    int proposals = 0;
    long bytes = 0;
    for (Entry entry : entries) {
      Proposal proposal = null;
      if (own.originOf(entry) instanceof Proposal mine) {
        proposal = mine;
        proposals++;
        bytes += entry.payload().length();
      }
      committed.add(new CommittedEntry(entry.index(), entry.term(), entry.payload(), proposal));
    }
    return new CommittedRun(machine, inbox, committed, null, null, proposals, bytes);
  }

  /** To the state machine it is an entry that says nothing. */
  private static CommittedRun ofBinding(
      Entry entry, StateMachine machine, Inbox inbox, OwnProposals own) {
    var _ = own.originOf(entry);
    return new CommittedRun(
        machine,
        inbox,
        List.of(new CommittedEntry(entry.index(), entry.term(), Bytes.EMPTY, null)),
        null,
        Binding.decode(entry.payload()),
        0,
        0);
  }

  private static CommittedRun ofChange(
      Entry entry, StateMachine machine, Inbox inbox, OwnProposals own) {
    ConfigurationChange change = ChangeFormat.decode(entry.payload());
    Proposal proposal =
        own.originOf(entry) instanceof Requests.Change mine ? mine.proposal() : null;
    int proposals = proposal == null ? 0 : 1;
    Bytes payload = change.context();
    return new CommittedRun(
        machine,
        inbox,
        List.of(new CommittedEntry(entry.index(), entry.term(), payload, proposal)),
        change,
        null,
        proposals,
        proposal == null ? 0 : proposal.payload().length());
  }

  private long lastIndex() {
    return entries.getLast().index();
  }

  /** Applies the run; on the apply lane, to which {@code membership} belongs. */
  Input apply(Membership membership) {
    Input outcome;
    if (binding != null) {
      // First: whoever looks at the state behind this entry must find the binding.
      membership.inForce = binding.apply(membership.inForce);
      machine.apply(entries);
      outcome = new Input.ConfigurationApplied(lastIndex(), membership.inForce);
    } else if (change == null) {
      machine.apply(entries);
      outcome = new Input.Applied(lastIndex());
    } else {
      if (machine.applyChange(entries.getFirst(), change)) {
        membership.inForce = ChangeFormat.apply(membership.inForce, change);
      }
      outcome = new Input.ConfigurationApplied(lastIndex(), membership.inForce);
    }
    if (proposals > 0) {
      inbox.leave(proposals, proposalBytes);
    }
    return outcome;
  }
}
