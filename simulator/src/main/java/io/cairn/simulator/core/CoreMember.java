// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.core;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects;
import io.cairn.consensusraft.core.Effects.Outgoing;
import io.cairn.consensusraft.core.Effects.Persist;
import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.EntryKind;
import io.cairn.consensusraft.core.HardState;
import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.core.Message;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.consensusraft.core.Recovered;
import io.cairn.consensusraft.core.Settings;
import io.cairn.consensusraft.core.SnapshotPoint;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.store.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A core with a disk and a state machine, both as simple as can be. Persists and applies complete
 * at once unless they are held.
 */
final class CoreMember {
  final long id;
  final long incarnation;
  private final Settings settings;
  private final Configuration founders;
  private final CoreCluster cluster;

  // What survives a crash.
  HardState diskState = HardState.INITIAL;
  final TreeMap<Long, Entry> diskLog = new TreeMap<>();
  long diskCut;
  long diskCutTerm;
  SnapshotPoint engine;

  // What does not.
  @Nullable RaftCore core;
  final Deque<Persist> pending = new ArrayDeque<>();
  private final Deque<Outgoing> waiting = new ArrayDeque<>();
  private final Deque<Entry> unapplied = new ArrayDeque<>();
  private long durableToken;
  SnapshotPoint state;
  long commit;
  long term;

  boolean holdPersist;
  boolean holdApply;
  final List<String> reads = new ArrayList<>();
  final List<String> dropped = new ArrayList<>();

  CoreMember(
      long id, long incarnation, Settings settings, Configuration founders, CoreCluster cluster) {
    this.id = id;
    this.incarnation = incarnation;
    this.settings = settings;
    this.founders = founders;
    this.cluster = cluster;
    this.engine = new SnapshotPoint(0, 0, founders);
    this.state = engine;
  }

  /** The same member as part of another cluster, sharing nothing that changes. */
  CoreMember copy(CoreCluster other, Rng rng) {
    CoreMember copy = new CoreMember(id, incarnation, settings, founders, other);
    copy.diskState = diskState;
    copy.diskLog.putAll(diskLog);
    copy.diskCut = diskCut;
    copy.diskCutTerm = diskCutTerm;
    copy.engine = engine;
    copy.core = core == null ? null : core.copy(rng);
    copy.pending.addAll(pending);
    copy.waiting.addAll(waiting);
    copy.unapplied.addAll(unapplied);
    copy.durableToken = durableToken;
    copy.state = state;
    copy.commit = commit;
    copy.term = term;
    copy.holdPersist = holdPersist;
    copy.holdApply = holdApply;
    copy.reads.addAll(reads);
    copy.dropped.addAll(dropped);
    return copy;
  }

  /** Everything that decides what the member can do and forget next. */
  List<Object> situation() {
    return List.of(
        core == null ? 0L : core.fingerprint(),
        diskState,
        List.copyOf(diskLog.values()),
        diskCut,
        engine,
        List.copyOf(pending),
        List.copyOf(waiting),
        List.copyOf(unapplied),
        durableToken,
        state,
        commit);
  }

  boolean isUp() {
    return core != null;
  }

  RaftCore core() {
    if (core == null) {
      throw new IllegalStateException("n" + id + " is down");
    }
    return core;
  }

  Configuration founders() {
    return founders;
  }

  void start(Rng rng) {
    state = engine;
    List<Entry> entries = List.copyOf(diskLog.tailMap(engine.index(), false).values());
    core =
        RaftCore.start(
            new Recovered(
                id,
                incarnation,
                diskState,
                engine.configuration(),
                engine.index(),
                engine.term(),
                Math.min(diskCut, engine.index()),
                entries),
            settings,
            rng);
    commit = core.role().commit();
    term = core.role().term();
    step(List.of());
  }

  /** Loses everything in memory, and the newest {@code lost} persists that are not synced. */
  void crash(int lost) {
    int kept = pending.size() - Math.min(lost, pending.size());
    for (int i = 0; i < kept; i++) {
      writeToDisk(pending.removeFirst());
    }
    pending.clear();
    waiting.clear();
    unapplied.clear();
    durableToken = 0;
    core = null;
  }

  /** Puts an older copy of the log in the place of the newest. */
  void corrupt(long lastIndex) {
    if (isUp()) {
      throw new IllegalStateException("n" + id + " is up");
    }
    diskLog.tailMap(lastIndex, false).clear();
  }

  /** Makes what the state machine holds survive a crash. */
  void barrier() {
    engine = state;
  }

  void cutLog(long index) {
    Entry last = diskLog.get(index);
    if (last == null || index > engine.index()) {
      throw new IllegalArgumentException("n" + id + " cannot cut at " + index);
    }
    diskCut = index;
    diskCutTerm = last.term();
    diskLog.headMap(index, true).clear();
    step(List.of(new Input.LogCut(index)));
  }

  void step(Input input) {
    step(List.of(input));
  }

  void step(List<Input> inputs) {
    if (core == null) {
      return;
    }
    Effects effects = core.step(inputs);
    cluster.invariants().stepped(this, effects);
    if (effects.persist() != null) {
      pending.add(effects.persist());
    }
    waiting.addAll(effects.send());
    unapplied.addAll(effects.apply());
    effects.reads().forEach(read -> readable(read.origin().toString(), read.index()));
    effects.dropped().forEach(drop -> dropped.add(drop.origin() + " " + drop.reason()));
    effects.snapshots().forEach(to -> cluster.wantSnapshot(id, to));
    release();
    effects.pages().forEach(this::page);
    if (!holdPersist) {
      persist(Integer.MAX_VALUE);
    }
    if (!holdApply) {
      apply(Integer.MAX_VALUE);
    }
  }

  /** Completes the oldest persists. */
  void persist(int countMax) {
    for (int i = 0; i < countMax && core != null && !pending.isEmpty(); i++) {
      Persist persist = pending.removeFirst();
      writeToDisk(persist);
      durableToken = persist.token();
      release();
      step(new Input.Persisted(persist.token()));
    }
  }

  /** Applies the oldest committed entries. */
  void apply(int countMax) {
    for (int i = 0; i < countMax && core != null && !unapplied.isEmpty(); i++) {
      Entry entry = unapplied.removeFirst();
      if (entry.index() <= state.index()) {
        continue; // A snapshot overtook it.
      }
      cluster.invariants().applied(this, entry);
      if (entry.kind() == EntryKind.CONFIGURATION) {
        Configuration next =
            CoreChange.apply(state.configuration(), entry.payload().toUtf8(), cluster);
        state = new SnapshotPoint(entry.index(), entry.term(), next);
        step(new Input.ConfigurationApplied(entry.index(), next));
      } else {
        state = new SnapshotPoint(entry.index(), entry.term(), state.configuration());
        step(new Input.Applied(entry.index()));
      }
    }
  }

  void change(String text, Object origin) {
    step(new Input.ProposeChange(0, Bytes.utf8(text), origin, text.equals("-n" + id)));
  }

  void propose(String text) {
    step(new Input.Propose(0, List.of(Bytes.utf8(text)), List.of(text)));
  }

  /** The entries that would be found after a crash now. */
  boolean holdsDurably(Entry entry) {
    Entry stored = diskLog.get(entry.index());
    return stored == null
        ? entry.index() <= Math.max(diskCut, engine.index())
        : stored.term() == entry.term();
  }

  private void readable(String origin, long index) {
    reads.add(origin + "@" + index);
    cluster.invariants().readable(origin, index);
  }

  private void release() {
    // One queue, as a shell would have: a message that waits holds up those behind it.
    while (!waiting.isEmpty() && waiting.getFirst().after() <= durableToken) {
      Message message = waiting.removeFirst().message();
      cluster.invariants().sent(this, message);
      cluster.send(message);
    }
    // Those that wait for nothing may overtake the rest.
    waiting.removeIf(outgoing -> {
      if (outgoing.after() <= durableToken) {
        cluster.invariants().sent(this, outgoing.message());
        cluster.send(outgoing.message());
        return true;
      }
      return false;
    });
  }

  private void page(Effects.Page page) {
    long prev = page.from() - 1;
    Entry before = diskLog.get(prev);
    long prevTerm = before != null ? before.term() : prev == diskCut ? diskCutTerm : -1;
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    for (Entry entry : diskLog.tailMap(page.from(), true).values()) {
      bytes += entry.weight();
      if (!entries.isEmpty() && bytes > page.bytesMax()) {
        break;
      }
      entries.add(entry);
    }
    step(new Input.Paged(page.to(), prev, prevTerm, prevTerm < 0 ? List.of() : entries));
  }

  private void writeToDisk(Persist persist) {
    SnapshotPoint snapshot = persist.snapshot();
    if (snapshot != null) {
      diskLog.clear();
      diskCut = snapshot.index();
      diskCutTerm = snapshot.term();
      engine = snapshot;
      state = snapshot;
    }
    if (persist.truncateFrom() != 0) {
      diskLog.tailMap(persist.truncateFrom(), true).clear();
    }
    persist.entries().forEach(entry -> diskLog.put(entry.index(), asStored(entry)));
    diskState = persist.hardState();
  }

  /** What a disk gives back: origins live in memory only. */
  private static Entry asStored(Entry entry) {
    return new Entry(
        entry.index(),
        entry.term(),
        entry.kind(),
        entry.format(),
        entry.flags(),
        entry.payload(),
        null);
  }
}
