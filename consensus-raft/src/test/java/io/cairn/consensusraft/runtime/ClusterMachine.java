// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.runtime.TestMachine.Command;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.CommittedEntry;
import io.cairn.spi.consensus.Configuration;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.consensus.SnapshotSink;
import io.cairn.spi.consensus.SnapshotSource;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A state machine whose state is the list of everything it has applied. What survives a crash is
 * kept by {@link Storage}, which is never ahead of what was handed out.
 */
final class ClusterMachine implements StateMachine {
  /** Begins the part that says where the state stands. */
  private static final String END = "end ";

  /** A state as a whole. */
  record State(AppliedPoint point, List<String> applied) {
    static final State EMPTY = new State(AppliedPoint.ZERO, List.of());
  }

  /** What a machine finds when it starts again. */
  static final class Storage {
    State durable = State.EMPTY;

    /** A state that has arrived and was checked, but is not the present one yet. */
    @Nullable State arrived;

    /** Parts of a state that has not arrived as a whole. */
    List<String> parts = List.of();
  }

  private final Storage storage;
  private final ClusterChecker checker;
  private final long member;
  private AppliedPoint point;
  private final List<String> applied;
  final List<Leadership> leaderships = new ArrayList<>();
  int installs;

  /** Whether states whose sending begins are said to grow as fast. */
  boolean sendsFallBehind;

  /**
   * Opens where the storage stands.
   *
   * @param logBegin the index behind which the log begins
   */
  ClusterMachine(long member, Storage storage, ClusterChecker checker, long logBegin) {
    this.member = member;
    this.storage = storage;
    this.checker = checker;
    State arrived = storage.arrived;
    if (arrived != null && arrived.point.index() == logBegin) {
      // The log has recorded it, so it is the state (C15).
      storage.durable = arrived;
    }
    storage.arrived = null;
    this.point = storage.durable.point;
    this.applied = new ArrayList<>(storage.durable.applied);
  }

  /** Makes everything applied so far survive a crash. */
  void barrier() {
    storage.durable = new State(point, List.copyOf(applied));
  }

  AppliedPoint point() {
    return point;
  }

  List<String> applied() {
    return applied;
  }

  @Override
  public AppliedPoint appliedPoint() {
    return point;
  }

  @Override
  public void apply(List<CommittedEntry> entries) {
    for (CommittedEntry entry : entries) {
      take(entry, point.configuration(), entry.payload().toUtf8());
    }
  }

  @Override
  public boolean applyChange(CommittedEntry entry, ConfigurationChange change) {
    List<Long> voters = new ArrayList<>(point.configuration().voters());
    List<Long> learners = new ArrayList<>(point.configuration().learners());
    boolean accepted =
        switch (change.kind()) {
          case ADD_VOTER -> !voters.contains(change.member()) && voters.add(change.member());
          case ADD_LEARNER -> !learners.contains(change.member()) && learners.add(change.member());
          case PROMOTE -> learners.remove(change.member()) && voters.add(change.member());
          case REMOVE -> learners.remove(change.member()) || voters.remove(change.member());
          case UPDATE -> true;
        };
    take(entry, new Configuration(voters, learners), change.kind() + " " + change.member());
    return accepted;
  }

  private void take(CommittedEntry entry, Configuration configuration, String text) {
    if (entry.index() != point.index() + 1) {
      throw new AssertionError(
          "member " + member + ": entry " + entry.index() + " after " + point.index());
    }
    checker.applied(member, entry.index(), entry.term(), text);
    point = new AppliedPoint(entry.index(), entry.term(), configuration);
    if (!text.isEmpty()) {
      applied.add(text);
    }
    if (entry.proposal() instanceof Command command) {
      if (command.appliedAt != 0 || command.dropped != null) {
        throw new AssertionError(command.text + " is answered twice");
      }
      command.appliedAt = entry.index();
      checker.acknowledged(command);
    }
  }

  @Override
  public void leadership(Leadership leadership) {
    leaderships.add(leadership);
  }

  @Override
  public SnapshotSource sendSnapshot(Bytes resumeFrom) {
    return new Source(resumeFrom.isEmpty() ? 0 : Integer.parseInt(resumeFrom.toUtf8()));
  }

  @Override
  public SnapshotSink receiveSnapshot() {
    return new Sink();
  }

  @Override
  public long durableIndex() {
    return storage.durable.point.index();
  }

  private static String encode(AppliedPoint point) {
    Configuration members = point.configuration();
    return point.index()
        + " "
        + point.term()
        + " v"
        + join(members.voters())
        + " l"
        + join(members.learners());
  }

  private static String join(List<Long> ids) {
    return ids.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private static AppliedPoint decode(String text) {
    String[] words = text.split(" ", -1);
    return new AppliedPoint(
        Long.parseLong(words[0]),
        Long.parseLong(words[1]),
        new Configuration(split(words[2]), split(words[3])));
  }

  private static List<Long> split(String ids) {
    return Stream.of(ids.substring(1).split(",", -1))
        .filter(id -> !id.isEmpty())
        .map(Long::parseLong)
        .toList();
  }

  private final class Source implements SnapshotSource {
    private final boolean fallsBehind = sendsFallBehind;
    private int next;
    private @Nullable AppliedPoint end;

    Source(int from) {
      this.next = from;
    }

    @Override
    public @Nullable Bytes next() {
      if (next < applied.size()) {
        return Bytes.utf8(applied.get(next++));
      }
      if (end == null) {
        end = point;
        return Bytes.utf8(END + encode(point));
      }
      return null;
    }

    @Override
    public boolean fallsBehind() {
      return fallsBehind;
    }

    @Override
    public AppliedPoint point() {
      AppliedPoint reached = end;
      if (reached == null) {
        throw new IllegalStateException("not at the end");
      }
      return reached;
    }

    @Override
    public void close() {}
  }

  private final class Sink implements SnapshotSink {
    private final List<String> parts = new ArrayList<>(storage.parts);
    private @Nullable AppliedPoint point;
    private @Nullable State whole;

    @Override
    public Bytes resumeFrom() {
      return parts.isEmpty() ? Bytes.EMPTY : Bytes.utf8(String.valueOf(parts.size()));
    }

    @Override
    public void accept(Bytes part) {
      String text = part.toUtf8();
      if (text.startsWith(END)) {
        point = decode(text.substring(END.length()));
      } else {
        parts.add(text);
        storage.parts = List.copyOf(parts);
      }
    }

    @Override
    public AppliedPoint complete() {
      AppliedPoint reached = point;
      if (reached == null) {
        throw new IllegalStateException("the last part is missing");
      }
      State state = new State(reached, List.copyOf(parts));
      checker.received(reached, state.applied);
      whole = state;
      storage.arrived = state;
      return reached;
    }

    @Override
    public void install() {
      State state = whole;
      if (state == null) {
        throw new AssertionError("nothing is complete");
      }
      if (state.point.index() <= ClusterMachine.this.point.index()) {
        throw new AssertionError("a state of the past is installed (C15)");
      }
      storage.durable = state;
      storage.arrived = null;
      storage.parts = List.of();
      ClusterMachine.this.point = state.point;
      applied.clear();
      applied.addAll(state.applied);
      installs++;
    }

    @Override
    public void close() {
      storage.arrived = null;
    }
  }
}
