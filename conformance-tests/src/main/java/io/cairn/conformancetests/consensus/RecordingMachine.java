// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.consensus;

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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A state machine whose state is the list of what it has applied. It tells the ledger what the
 * engine does wrong, and goes on.
 */
final class RecordingMachine implements StateMachine {
  private final long member;
  private final Ledger ledger;
  private final World world;
  private final Storage storage;
  private AppliedPoint point;
  private final List<String> applied;
  private boolean busy;
  private boolean started;
  private boolean stopped;
  private int installs;
  private boolean acceptsChanges = true;
  private Consumer<CommittedEntry> whenApplied = entry -> {};

  /** A state, and where it stands. */
  record State(AppliedPoint point, List<String> applied) {
    static final State EMPTY = new State(AppliedPoint.ZERO, List.of());

    State {
      applied = List.copyOf(applied);
    }
  }

  /** What survives the end of a life. */
  static final class Storage {
    private State durable = State.EMPTY;
    private List<Bytes> parts = List.of();

    State durable() {
      return durable;
    }
  }

  RecordingMachine(long member, Storage storage, Ledger ledger, World world) {
    this.member = member;
    this.storage = storage;
    this.ledger = ledger;
    this.world = world;
    this.point = storage.durable.point;
    this.applied = new ArrayList<>(storage.durable.applied);
  }

  /** Makes what is applied survive (C10). */
  void barrier() {
    storage.durable = new State(point, applied);
  }

  AppliedPoint point() {
    return point;
  }

  List<String> applied() {
    return applied;
  }

  /** How many whole states it has taken over. */
  int installs() {
    return installs;
  }

  /** Runs something within the call that applies an entry, after the entry. */
  void whenApplied(Consumer<CommittedEntry> action) {
    whenApplied = action;
  }

  /** From now on no change of the configuration takes effect. */
  void refuseChanges() {
    acceptsChanges = false;
  }

  /** From now on every call must come from a lane (C9); before, {@code start} may apply. */
  void started() {
    started = true;
  }

  /** From now on no call may come (C12). */
  void stopped() {
    stopped = true;
  }

  @Override
  public AppliedPoint appliedPoint() {
    return point;
  }

  @Override
  public void apply(List<CommittedEntry> entries) {
    called(
        "apply",
        () -> {
          if (entries.isEmpty()) {
            ledger.breach(ConsensusRules.C1, "apply is called without entries");
          }
          for (CommittedEntry entry : List.copyOf(entries)) {
            take(entry, point.configuration(), entry.payload().toUtf8());
          }
        });
  }

  @Override
  public boolean applyChange(CommittedEntry entry, ConfigurationChange change) {
    called(
        "applyChange",
        () -> {
          Configuration next = acceptsChanges ? changed(change) : point.configuration();
          take(entry, next, entry.payload().toUtf8());
        });
    return acceptsChanges;
  }

  private Configuration changed(ConfigurationChange change) {
    List<Long> voters = new ArrayList<>(point.configuration().voters());
    List<Long> learners = new ArrayList<>(point.configuration().learners());
    long id = change.member();
    switch (change.kind()) {
      case ADD_VOTER -> voters.add(id);
      case ADD_LEARNER -> learners.add(id);
      case PROMOTE -> {
        learners.remove(id);
        voters.add(id);
      }
      case REMOVE -> {
        learners.remove(id);
        voters.remove(id);
      }
      case UPDATE -> {}
    }
    return new Configuration(voters, learners);
  }

  private void take(CommittedEntry entry, Configuration configuration, String text) {
    if (entry.index() != point.index() + 1 || entry.term() < point.term()) {
      ledger.breach(
          ConsensusRules.C1,
          "member %d applies entry %d of term %d after %d of term %d"
              .formatted(member, entry.index(), entry.term(), point.index(), point.term()));
    }
    point = new AppliedPoint(entry.index(), entry.term(), configuration);
    if (!text.isEmpty()) {
      applied.add(text);
    }
    ledger.applied(member, entry);
    whenApplied.accept(entry);
  }

  @Override
  public void leadership(Leadership leadership) {
    called("leadership", () -> {});
  }

  private void called(String what, Runnable body) {
    String call = "member %d: %s".formatted(member, what);
    if (stopped) {
      ledger.breach(ConsensusRules.C12, call + " after stop has returned");
    }
    if (busy) {
      ledger.breach(ConsensusRules.C9, call + " within another call");
    }
    if (started && !world.isOnLane()) {
      ledger.breach(ConsensusRules.C9, call + " on the caller's thread, not on a lane");
    }
    boolean outer = busy;
    busy = true;
    body.run();
    busy = outer;
  }

  @Override
  public long durableIndex() {
    return storage.durable.point.index();
  }

  @Override
  public SnapshotSource sendSnapshot(Bytes resumeFrom) {
    return new Source(resumeFrom.isEmpty() ? 0 : Integer.parseInt(resumeFrom.toUtf8()));
  }

  @Override
  public SnapshotSink receiveSnapshot() {
    return new Sink();
  }

  /** One part for each text, and the point last; each begins with its number. */
  private final class Source implements SnapshotSource {
    private int next;
    private AppliedPoint end = AppliedPoint.ZERO;

    Source(int from) {
      next = from;
    }

    @Override
    public @Nullable Bytes next() {
      if (end.index() > 0) {
        return null;
      }
      if (next < applied.size()) {
        return StatePart.ofText(next, applied.get(next++));
      }
      end = point;
      return StatePart.ofPoint(next, end);
    }

    @Override
    public boolean fallsBehind() {
      return false;
    }

    @Override
    public AppliedPoint point() {
      if (end.index() == 0) {
        throw new IllegalStateException("not all parts have been taken");
      }
      return end;
    }

    @Override
    public void close() {}
  }

  private final class Sink implements SnapshotSink {
    private final List<Bytes> parts = new ArrayList<>(storage.parts);
    private State whole = State.EMPTY;

    @Override
    public Bytes resumeFrom() {
      return parts.isEmpty() ? Bytes.EMPTY : Bytes.utf8(String.valueOf(parts.size()));
    }

    @Override
    public void accept(Bytes part) {
      if (StatePart.number(part) != parts.size()) {
        ledger.breach(
            ConsensusRules.C13,
            "part %d of a state arrives as number %d"
                .formatted(StatePart.number(part), parts.size()));
      }
      parts.add(part);
      if (!StatePart.isPoint(part)) {
        storage.parts = List.copyOf(parts);
      }
    }

    @Override
    public AppliedPoint complete() {
      List<String> texts = new ArrayList<>();
      AppliedPoint reached = AppliedPoint.ZERO;
      for (Bytes part : parts) {
        if (StatePart.isPoint(part)) {
          reached = StatePart.point(part);
        } else {
          texts.add(StatePart.text(part));
        }
      }
      if (reached.index() == 0) {
        ledger.breach(ConsensusRules.C13, "a state is said to be complete without its last part");
      }
      if (!texts.equals(ledger.textsUpTo(reached.index()))) {
        ledger.breach(
            ConsensusRules.C14,
            "the state at %d has %d texts, the history has %d"
                .formatted(
                    reached.index(), texts.size(), ledger.textsUpTo(reached.index()).size()));
      }
      whole = new State(reached, texts);
      return reached;
    }

    @Override
    public void install() {
      called(
          "install",
          () -> {
            if (whole.point.index() <= point.index()) {
              ledger.breach(
                  ConsensusRules.C15,
                  "a state at %d is installed over %d"
                      .formatted(whole.point.index(), point.index()));
            }
            storage.durable = whole;
            storage.parts = List.of();
            point = whole.point;
            applied.clear();
            applied.addAll(whole.applied);
            installs++;
          });
    }

    @Override
    public void close() {}
  }
}
