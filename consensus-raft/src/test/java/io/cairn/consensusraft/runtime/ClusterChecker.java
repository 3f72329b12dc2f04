// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.runtime.TestMachine.Command;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.DropReason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** Watches all members, and what their clients were told, for what rules C1 to C7 forbid. */
final class ClusterChecker {
  private record Applied(long term, String text) {}

  private final TreeMap<Long, Applied> history = new TreeMap<>();
  private final List<Command> commands = new ArrayList<>();
  private final Set<String> acknowledged = new HashSet<>();
  private long acknowledgedIndex;

  /** A member applies an entry. */
  void applied(long member, long index, long term, String text) {
    Applied known = history.putIfAbsent(index, new Applied(term, text));
    if (known != null && !known.equals(new Applied(term, text))) {
      throw new AssertionError(
          "C2: member "
              + member
              + " applies "
              + term
              + "/"
              + text
              + " at "
              + index
              + ", another one "
              + known);
    }
  }

  /** A client makes a proposal. */
  Command proposed(Command command) {
    commands.add(command);
    return command;
  }

  /** A proposal came back to its proposer. */
  void acknowledged(Command command) {
    Applied entry = history.get(command.appliedAt);
    if (entry == null || !entry.text.endsWith(command.text)) {
      throw new AssertionError(
          "C3: " + command.text + " comes back with " + entry + " at " + command.appliedAt);
    }
    if (!acknowledged.add(command.text)) {
      throw new AssertionError("C3: " + command.text + " comes back twice");
    }
    acknowledgedIndex = Math.max(acknowledgedIndex, command.appliedAt);
  }

  /** What a read that begins now has to show at least (C7). */
  long acknowledgedIndex() {
    return acknowledgedIndex;
  }

  /** How many proposals came back. */
  int acknowledgedCount() {
    return acknowledged.size();
  }

  /** How many proposals were made. */
  int proposedCount() {
    return commands.size();
  }

  /** How many were dropped for a reason. */
  long droppedCount(DropReason reason) {
    return commands.stream().filter(command -> command.dropped == reason).count();
  }

  /** A member has received a state as a whole (C14). */
  void received(AppliedPoint point, List<String> texts) {
    List<String> expected =
        history.headMap(point.index(), true).values().stream()
            .map(Applied::text)
            .filter(text -> !text.isEmpty())
            .toList();
    if (!texts.equals(expected)) {
      throw new AssertionError("C14: a state at " + point + " with " + texts.size() + " texts");
    }
  }

  /** All clients have been told, and nobody was lied to (C3, C4). */
  void checkEnd() {
    List<String> texts = history.values().stream().map(Applied::text).toList();
    Set<String> seen = new HashSet<>();
    for (String text : texts) {
      if (!text.isEmpty() && !seen.add(text) && text.startsWith("c")) {
        throw new AssertionError("C3: " + text + " was applied twice");
      }
    }
    for (Command command : commands) {
      if (command.dropped != null
          && command.dropped != DropReason.TIMED_OUT
          && seen.contains(command.text)) {
        throw new AssertionError(
            "C4: " + command.text + " was applied, though dropped as " + command.dropped);
      }
    }
  }

  /** The commands of processes that still live and were never told. */
  List<Command> untold(Set<Command> ofTheDead) {
    return commands.stream()
        .filter(c -> c.dropped == null && c.appliedAt == 0 && !ofTheDead.contains(c))
        .toList();
  }
}
