// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects.Persist;
import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.EntryKind;
import io.cairn.consensusraft.core.HardState;
import io.cairn.consensusraft.core.SnapshotPoint;
import io.cairn.consensusraft.fakes.FakeDisk;
import io.cairn.consensusraft.fakes.ManualLane;
import io.cairn.consensusraft.fakes.SilentLog;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * Does to a log what a member might, and knows what must be found in it afterwards: as of the last
 * completed sync at least, and nothing that was never appended.
 */
final class LogScript {
  static final WalIdentity IDENTITY = new WalIdentity(1, 2, 3);
  static final WalOptions OPTIONS = new WalOptions("wal", 8192, 2);
  static final Configuration MEMBERS = Configuration.ofVoters(2, 5);

  /** What a log holds. */
  static final class Model {
    final TreeMap<Long, Entry> entries = new TreeMap<>();
    HardState hardState = HardState.INITIAL;
    long base;

    Model copy() {
      Model copy = new Model();
      copy.entries.putAll(entries);
      copy.hardState = hardState;
      copy.base = base;
      return copy;
    }

    long last() {
      return entries.isEmpty() ? base : entries.lastKey();
    }

    void append(Persist persist) {
      SnapshotPoint snapshot = persist.snapshot();
      if (snapshot != null) {
        entries.clear();
        base = snapshot.index();
      }
      for (Entry entry : persist.entries()) {
        entries.tailMap(entry.index(), true).clear();
        entries.put(entry.index(), entry);
      }
      hardState = persist.hardState();
    }
  }

  private final Random dice;
  private final FakeDisk disk;
  private final ManualLane background = new ManualLane();
  private Wal wal;
  private long token;

  /** The states that a crash may leave: the one of the last sync, and what was appended since. */
  final List<Model> possible = new ArrayList<>();

  LogScript(Random dice, FakeDisk disk) throws IOException {
    this.dice = dice;
    this.disk = disk;
    this.possible.add(new Model());
    this.wal = open();
  }

  Wal wal() {
    return wal;
  }

  private Wal open() throws IOException {
    background.clear();
    return Wal.open(disk, OPTIONS, IDENTITY, background, new SilentLog(), 0);
  }

  /** Opens the log again after a crash, and checks what it holds. */
  void reopen() throws IOException {
    wal = open();
    Model found = found(wal.recovered());
    Model state = null;
    for (Model model : possible) {
      // Entries below the cut are gone, whole batches at a time; the rest must be equal.
      TreeMap<Long, Entry> kept = new TreeMap<>(model.entries.tailMap(found.base, false));
      if (kept.equals(found.entries)
          && model.base <= found.base
          && model.hardState.term() == found.hardState.term()
          && model.hardState.vote() == found.hardState.vote()) {
        state = model;
      }
    }
    if (state == null) {
      throw new AssertionError(
          "found "
              + describe(found)
              + ", possible "
              + possible.stream().map(this::describe).toList());
    }
    possible.clear();
    possible.add(state.copy());
  }

  static Model found(RecoveredLog recovered) {
    Model found = new Model();
    found.base = recovered.cutIndex();
    found.hardState = recovered.hardState();
    for (Entry entry : recovered.entries()) {
      if (entry.index() > found.base) {
        found.entries.put(entry.index(), entry);
      }
    }
    return found;
  }

  private String describe(Model model) {
    return model.base
        + "<"
        + model.entries.values().stream().map(e -> e.index() + ":" + e.term()).toList()
        + model.hardState;
  }

  Model latest() {
    return possible.getLast();
  }

  /** One step of a member's life. */
  void anything() throws IOException {
    switch (dice.nextInt(12)) {
      case 0, 1, 2, 3, 4 -> {
        append();
        sync();
      }
      case 5 -> append();
      case 6 -> sync();
      case 7 -> {
        // Sealing syncs what is there first.
        sync();
        wal.seal(latest().last());
      }
      case 8 -> background.runAll();
      case 9 -> cut();
      case 10 -> readBack();
      default -> {
        if (dice.nextInt(4) == 0) {
          installSnapshot();
        }
      }
    }
  }

  private void append() throws IOException {
    Model before = latest();
    HardState state = before.hardState;
    long from = before.last() + 1;
    long truncateFrom = 0;
    long term = Math.max(1, state.term());
    if (dice.nextInt(5) == 0) {
      term = state.term() + 1;
      if (before.last() > before.base && dice.nextBoolean()) {
        from = Math.max(before.base + 1, before.last() - dice.nextInt(4));
        // What is below a cut is committed and stays.
        from = Math.max(from, wal.cutIndex() + 1);
        truncateFrom = from <= before.last() ? from : 0;
      }
    }
    HardState next = new HardState(term, dice.nextInt(3), state.commit());
    next = term == state.term() ? new HardState(term, state.vote(), state.commit()) : next;
    List<Entry> entries = new ArrayList<>();
    for (int i = dice.nextInt(4); i >= 0; i--) {
      byte[] payload = new byte[dice.nextInt(dice.nextInt(10) == 0 ? 3000 : 200)];
      dice.nextBytes(payload);
      entries.add(Entry.of(from++, term, EntryKind.COMMAND, Bytes.of(payload)));
    }
    append(new Persist(++token, next, null, truncateFrom, entries));
  }

  /** A state of a later leader, which may end before this log does: what follows it is void. */
  private void installSnapshot() throws IOException {
    Model before = latest();
    long index = Math.max(wal.cutIndex() + 1, before.last() - 3 + dice.nextInt(9));
    HardState later = new HardState(before.hardState.term() + 1, 0, index);
    SnapshotPoint point = new SnapshotPoint(index, later.term(), MEMBERS);
    append(new Persist(++token, later, point, 0, List.of()));
    if (dice.nextBoolean()) {
      sync();
    }
  }

  private void append(Persist persist) throws IOException {
    // A large persist is several batches, and a crash may come between them: every prefix of its
    // entries is possible, with its state or, before the first batch, without.
    Model model = latest().copy();
    model.append(new Persist(0, persist.hardState(), persist.snapshot(), 0, List.of()));
    possible.add(model);
    for (int i = 1; i <= persist.entries().size(); i++) {
      model = latest().copy();
      model.append(
          new Persist(0, persist.hardState(), null, 0, persist.entries().subList(i - 1, i)));
      possible.add(model);
    }
    wal.append(persist);
  }

  private void sync() throws IOException {
    wal.sync();
    Model durable = latest();
    possible.clear();
    possible.add(durable);
  }

  private void cut() throws IOException {
    Model model = latest();
    if (model.last() > model.base) {
      long index = model.base + 1 + dice.nextInt((int) (model.last() - model.base));
      long before = wal.cutIndex();
      long cut = wal.cut(index, MEMBERS);
      if (cut > Math.max(before, index)) {
        throw new AssertionError("cut at " + cut + " instead of at most " + index);
      }
    }
  }

  private void readBack() throws IOException {
    long first = wal.cutIndex() + 1;
    Model model = latest();
    if (model.last() < first || model.entries.isEmpty()) {
      return;
    }
    long from = first + dice.nextInt((int) (model.last() - first) + 1);
    List<Entry> read = wal.read(from, dice.nextInt(2000));
    if (read.isEmpty()) {
      throw new AssertionError("nothing read at " + from);
    }
    for (Entry entry : read) {
      if (!entry.equals(model.entries.get(from++))) {
        throw new AssertionError("read " + entry + ", appended " + model.entries.get(from - 1));
      }
    }
  }
}
