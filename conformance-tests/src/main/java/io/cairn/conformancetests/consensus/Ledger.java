// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.consensus;

import io.cairn.spi.consensus.CommittedEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What was proposed, what was applied anywhere, and which rules that has broken so far. */
final class Ledger {
  /** An entry as the first member applied it. */
  private record Entry(long term, String text) {}

  /** A rule that was broken, and how. */
  private record Breach(String rule, String how) {}

  private static final int BREACHES_MAX = 1_000;

  private final List<Command> commands = new ArrayList<>();
  private final TreeMap<Long, Entry> history = new TreeMap<>();
  private final List<Breach> breaches = new ArrayList<>();
  private final Set<Long> fallen = new HashSet<>();
  private final List<Command> ofTheFallen = new ArrayList<>();
  private long acknowledged;

  Command propose(long proposer, String text) {
    Command command = new Command(text, proposer);
    commands.add(command);
    return command;
  }

  void breach(String rule, String how) {
    if (breaches.size() < BREACHES_MAX) {
      breaches.add(new Breach(rule, how));
    }
  }

  /** How a rule was broken; empty if it was kept. */
  List<String> breaches(String rule) {
    return breaches.stream().filter(breach -> breach.rule.equals(rule)).map(Breach::how).toList();
  }

  /** All of them, each with its rule before it. */
  List<String> breaches() {
    return breaches.stream().map(breach -> breach.rule + ": " + breach.how).toList();
  }

  /** A member applies an entry (C2, C3). */
  void applied(long member, CommittedEntry entry) {
    String text = entry.payload().toUtf8();
    Entry known = history.putIfAbsent(entry.index(), new Entry(entry.term(), text));
    if (known != null && !known.equals(new Entry(entry.term(), text))) {
      breach(
          ConsensusRules.C2,
          "member %d applies '%s' of term %d at %d, another applied %s"
              .formatted(member, text, entry.term(), entry.index(), known));
    }
    switch (entry.proposal()) {
      case null -> {}
      case Command command -> cameBack(member, command, entry);
      default ->
          breach(
              ConsensusRules.C3,
              "'%s' comes back with another object: %s".formatted(text, entry.proposal()));
    }
  }

  private void cameBack(long member, Command command, CommittedEntry entry) {
    if (member != command.proposer() || !command.payload().equals(entry.payload())) {
      breach(
          ConsensusRules.C3,
          "%s comes back on member %d with '%s'"
              .formatted(command, member, entry.payload().toUtf8()));
    }
    command.returned(entry.index());
    acknowledged = Math.max(acknowledged, entry.index());
  }

  /** The highest index that any client knows of: what a read that begins now must show (C7). */
  long acknowledged() {
    return acknowledged;
  }

  /** The process of a member ended: who proposed to it is never told. */
  void fell(long member) {
    fallen.add(member);
    commands.stream()
        .filter(command -> command.proposer() == member && !command.isAnswered())
        .forEach(ofTheFallen::add);
  }

  /** All texts in their order, the marks of terms left out. */
  List<String> texts() {
    return history.values().stream().map(Entry::text).filter(text -> !text.isEmpty()).toList();
  }

  /** The same up to an index. */
  List<String> textsUpTo(long index) {
    return history.headMap(index, true).values().stream()
        .map(Entry::text)
        .filter(text -> !text.isEmpty())
        .toList();
  }

  /** Commands that are in the history more than once. */
  List<String> repeated() {
    Set<String> seen = new HashSet<>();
    return texts().stream().filter(text -> !seen.add(text)).toList();
  }

  /** Commands whose proposer lives and was never told, or more than once. */
  List<Command> notAnsweredOnce() {
    return commands.stream()
        .filter(command -> command.answers() != 1)
        .filter(command -> command.isAnswered() || !ofTheFallen.contains(command))
        .toList();
  }

  /** Commands that were applied although their proposer was told that they never would be. */
  List<Command> appliedThoughDropped() {
    Set<String> texts = new HashSet<>(texts());
    return commands.stream()
        .filter(command -> command.isDroppedForGood() && texts.contains(command.text()))
        .toList();
  }

  /** Commands that came back. */
  Stream<Command> appliedCommands() {
    return commands.stream().filter(Command::isApplied);
  }

  /** Whether every command whose proposer lives has been answered. */
  boolean allAnswered() {
    return commands.stream()
        .allMatch(command -> command.isAnswered() || ofTheFallen.contains(command));
  }
}
