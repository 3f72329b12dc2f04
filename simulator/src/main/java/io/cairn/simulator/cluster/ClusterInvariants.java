// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.cluster;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.command.CommandCodec;
import io.cairn.kernel.state.State;
import io.cairn.simulator.environment.EventQueue;
import io.cairn.simulator.history.LogEntry;
import io.cairn.spi.consensus.CommittedEntry;
import io.cairn.spi.consensus.Configuration;
import io.cairn.spi.consensus.ConsensusStatus;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What must hold at every moment, judged by an observer who sees what every member applies,
 * believes and shows. The names are those of docs/simulator.md.
 */
@OnLane("simulation")
public final class ClusterInvariants {
  /** An entry that some member has applied. */
  private record Applied(long term, Bytes payload, boolean change, long firstNanos) {}

  private record Shown(long revision, long floor, long byMember) {}

  private final EventQueue queue;
  private final Reached reached;
  private final List<Applied> log = new ArrayList<>();

  /** The beginning of the log as checkers want it, as far as somebody has asked for it. */
  private final List<LogEntry> decoded = new ArrayList<>();

  private final Map<Long, Long> leaders = new TreeMap<>();
  private final Map<Long, Shown> shown = new HashMap<>(); // Only looked up, never walked through.
  private final Map<Bytes, Long> operations = new HashMap<>(); // Likewise.
  private long newestTerm;
  private long highestFloor;
  private long configurationIndex;
  private Configuration newestConfiguration = Configuration.EMPTY;

  ClusterInvariants(EventQueue queue, Reached reached) {
    this.queue = queue;
    this.reached = reached;
  }

  private static void check(boolean holds, String invariant, Supplier<String> what) {
    if (!holds) {
      throw new Broken(invariant, what.get());
    }
  }

  /** An operation has been proposed as this payload. */
  void proposed(long operation, Bytes payload) {
    operations.put(payload, operation);
  }

  /** A member applies an entry: the same as all others at that place, each place once. */
  void applies(SimulatedMember member, CommittedEntry entry, boolean change) {
    check(
        entry.index() == member.lastApplied() + 1,
        "C1",
        () -> member + " applies entry " + entry.index() + " after " + member.lastApplied());
    queue.fold(entry.index() * 31 + entry.term());
    member.log().applies(entry.index(), entry.term());
    if (entry.index() > log.size()) {
      check(
          entry.index() == log.size() + 1,
          "C1",
          () ->
              member
                  + " applies entry "
                  + entry.index()
                  + ", but nobody has applied the one before");
      log.add(new Applied(entry.term(), entry.payload(), change, queue.eventTime()));
      if (entry.term() < newestTerm) {
        reached.count("entries of an older term applied");
      }
    } else {
      Applied known = log.get((int) entry.index() - 1);
      check(
          known.term() == entry.term()
              && known.change() == change
              && known.payload().equals(entry.payload()),
          "I7",
          () -> member + " applies another entry at " + entry.index() + " than others have");
    }
  }

  /** A member tells its state machine who leads. */
  void believes(SimulatedMember member, Leadership leadership) {
    newestTerm = Math.max(newestTerm, leadership.term());
    if (leadership.self()) {
      Long other = leaders.putIfAbsent(leadership.term(), member.id());
      check(
          other == null || other == member.id(),
          "I1",
          () -> member + " and m" + other + " lead in term " + leadership.term());
      if (other == null) {
        reached.count("leaders elected");
      }
    }
  }

  /** What a member shows to its readers is a function of what it has applied. */
  void shows(SimulatedMember member, State state) {
    Shown now = new Shown(state.revision(), state.compactionFloor(), member.id());
    Shown before = shown.putIfAbsent(state.appliedIndex(), now);
    highestFloor = Math.max(highestFloor, state.compactionFloor());
    check(
        before == null || (before.revision() == now.revision() && before.floor() == now.floor()),
        "I8",
        () ->
            member
                + " shows "
                + now
                + " at entry "
                + state.appliedIndex()
                + ", before it was "
                + before);
  }

  /** A member commits the state as of an entry to its engine. */
  void stores(SimulatedMember member, long applied, long term, long revision, long floor) {
    Shown known = shown.get(applied);
    check(
        applied <= log.size() && (applied == 0 || log.get((int) applied - 1).term() == term),
        "O4",
        () ->
            member
                + " stores entry "
                + applied
                + " of term "
                + term
                + ", which nobody has applied");
    check(
        known == null || (known.revision() == revision && known.floor() == floor),
        "O4",
        () ->
            member
                + " stores revision "
                + revision
                + ", floor "
                + floor
                + " as of entry "
                + applied);
  }

  /** The highest compaction floor that any member has shown. */
  long highestFloor() {
    return highestFloor;
  }

  /** Nothing falls within one life of a process, and applied &lt;= commit. */
  void stands(SimulatedMember member, @Nullable ConsensusStatus before, ConsensusStatus status) {
    if (before != null) {
      check(
          status.leadership().term() >= before.leadership().term(),
          "I4",
          () -> "the term of " + member + " fell");
      check(
          status.committedIndex() >= before.committedIndex(),
          "I4",
          () -> "the commit index of " + member + " fell");
      check(
          status.appliedIndex() >= before.appliedIndex(),
          "I4",
          () -> "the applied index of " + member + " fell");
    }
    check(
        status.appliedIndex() <= status.committedIndex(),
        "I4",
        () -> member + " applied beyond the commit index");
  }

  /** A member has come up: what it recovered is what was agreed on. */
  void recovered(SimulatedMember member, State state) {
    check(
        state.appliedIndex() <= log.size(),
        "I13",
        () -> member + " recovered entry " + state.appliedIndex() + " of " + log.size());
    shows(member, state);
    if (state.appliedIndex() > 0) {
      Applied known = log.get((int) state.appliedIndex() - 1);
      check(
          known.term() == state.appliedTerm(),
          "I13",
          () -> member + " recovered entry " + state.appliedIndex() + " of another term");
    }
  }

  /** A member has read its log: what it had acknowledged, and the cluster committed, is there. */
  void recoveredLog(SimulatedMember member, long lastIndex, long acknowledged) {
    check(
        lastIndex >= acknowledged,
        "I14",
        () ->
            member
                + " recovered entries up to "
                + lastIndex
                + ", but acknowledged "
                + acknowledged);
  }

  /** A member has applied a change; the newest says who takes part. */
  void changed(long index, Configuration configuration) {
    if (index >= configurationIndex) {
      configurationIndex = index;
      newestConfiguration = configuration;
    }
  }

  /** Who takes part as of the newest change that any member has applied. */
  public Configuration configuration() {
    return newestConfiguration;
  }

  /** The newest entry that any member has applied. */
  public long lastIndex() {
    return log.size();
  }

  /** The log as applied, with the operations that its entries belong to. */
  public List<LogEntry> log() {
    // An entry never changes, and who has proposed it is known before anybody applies it.
    while (decoded.size() < log.size()) {
      Applied applied = log.get(decoded.size());
      @Nullable Command<?> command = null;
      if (!applied.change() && !applied.payload().isEmpty()) {
        command = CommandCodec.decode(applied.payload()).command();
      }
      long operation = operations.getOrDefault(applied.payload(), 0L);
      decoded.add(
          new LogEntry(
              decoded.size() + 1L, applied.term(), command, operation, applied.firstNanos()));
    }
    return List.copyOf(decoded);
  }
}
