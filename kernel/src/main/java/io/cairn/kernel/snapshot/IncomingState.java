// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.snapshot;

import io.cairn.kernel.apply.ReceivedState;
import io.cairn.kernel.apply.ReplicatedState;
import io.cairn.kernel.records.RecordFormat;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.StoredNumbers;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.SnapshotSink;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.WireCursor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A state of another member on its way in, built in the next engine beside the one in use.
 *
 * <p>Each part is one commit, with a row that says how far the transfer has come. What an engine
 * shows after a crash is a prefix of the commits (S4), so that row is always true of the records.
 */
@OnLane("snapshot")
final class IncomingState implements SnapshotSink {
  /** The row of {@link Tables#META} that says how far this has come; gone when it is complete. */
  static final Bytes RECEIVING = Bytes.utf8("receiving");

  private static final RecordFormat RECORDS = new RecordFormat(Tables.REVISIONS);
  private static final long BARRIER_BYTES = 64 << 20;
  private static final int REMOVALS_MAX = 10_000;

  private final StateTransfers transfers;
  private final ReplicatedState machine;

  private StorageEngine engine;
  private ResumePoint progress;

  /** The kind of the last part; parts of smaller kinds do not come any more. */
  private int stage;

  private long bytesSinceBarrier;

  /** Which survivors have been compared: everything before it. */
  private Bytes compared = Bytes.EMPTY;

  private boolean survivorsOpen;
  private boolean tablesCleared;
  private PartFormat.@Nullable End end;

  /** What has been built of the records that are here; null for nothing. */
  private @Nullable StateBuilder builder;

  private @Nullable ReceivedState received;

  private StateTransfers.Remains remains = StateTransfers.Remains.KEPT;

  private boolean installed;

  /** Goes on in {@code engine}, which holds what {@code progress} says. */
  IncomingState(
      StateTransfers transfers,
      ReplicatedState machine,
      StorageEngine engine,
      ResumePoint progress) {
    this.transfers = transfers;
    this.machine = machine;
    this.engine = engine;
    this.progress = progress;
  }

  @Override
  public Bytes resumeFrom() {
    return progress.last().isEmpty() ? Bytes.EMPTY : progress.encode();
  }

  @Override
  public void accept(Bytes part) {
    try {
      take(part);
    } catch (StorageException failure) {
      // The engine refuses to do anything more (S7).
      remains = StateTransfers.Remains.CLOSED;
      throw failure;
    }
    if (stage == PartFormat.RECORDS) {
      readAhead();
    }
  }

  private void take(Bytes part) {
    WireCursor in = PartFormat.open(part);
    int kind = (int) in.varint();
    if (stage == 0 ? kind != PartFormat.BEGIN : kind < stage || kind == PartFormat.BEGIN) {
      throw in.malformed("a part of kind " + kind + " does not follow one of kind " + stage);
    }
    if (survivorsOpen && kind != PartFormat.SURVIVORS) {
      throw in.malformed("survivors are missing");
    }
    switch (kind) {
      case PartFormat.BEGIN -> begin(PartFormat.Begin.decode(in));
      case PartFormat.RECORDS -> records(in);
      case PartFormat.SURVIVORS -> survivors(in);
      case PartFormat.TABLE -> table(in);
      case PartFormat.END -> {
        if (end != null) {
          throw in.malformed("the state has ended before");
        }
        end = PartFormat.End.decode(in);
      }
      default -> throw in.malformed("'" + kind + "' is not a kind of part");
    }
    stage = kind;
    bytesSinceBarrier += part.length();
    if (bytesSinceBarrier >= BARRIER_BYTES) {
      engine.barrier();
      bytesSinceBarrier = 0;
    }
  }

  @Override
  public AppliedPoint complete() {
    PartFormat.End told = end;
    if (told == null || received != null) {
      throw new IllegalStateException("a state is completed once, when all parts have arrived");
    }
    // Whatever goes wrong from here on goes wrong again with the same content.
    remains = StateTransfers.Remains.DISCARDED;
    requireSame(told.numbers());
    ReceivedState built = builder().complete(told);
    builder = null;
    received = built;
    engine.commit(List.of(new Mutation.Delete(Tables.META, RECEIVING)));
    engine.barrier();
    transfers.home().completeNext(told.numbers().appliedIndex());
    return new AppliedPoint(
        told.numbers().appliedIndex(),
        told.numbers().appliedTerm(),
        built.books().members().membership().configuration());
  }

  @Override
  @OnLane("apply")
  public void install() {
    ReceivedState complete = received;
    if (complete == null) {
      throw new IllegalStateException("only a complete state is installed");
    }
    installed = true;
    transfers.install(machine, complete);
  }

  @Override
  public void close() {
    if (installed) {
      return;
    }
    ReceivedState built = received;
    received = null;
    if (built != null) {
      built.store().index().close();
    }
    buildAnew();
    transfers.abandon(engine, remains);
  }

  private void begin(PartFormat.Begin begin) {
    buildAnew();
    if (begin.cluster() != transfers.cluster()) {
      throw new IllegalArgumentException(
          "the state is of cluster %x, this member is of cluster %x"
              .formatted(begin.cluster(), transfers.cluster()));
    }
    Bytes behind = begin.behind();
    if (behind == null) {
      if (!progress.last().isEmpty()) {
        engine = transfers.openAnew(engine);
      }
      progress = new ResumePoint(begin.cluster(), begin.sender(), -1, 0, Bytes.EMPTY);
    } else if (behind.equals(progress.last())) {
      progress =
          new ResumePoint(
              begin.cluster(),
              begin.sender(),
              progress.floor(),
              progress.revision(),
              progress.last());
    } else {
      throw new IllegalArgumentException(
          "the sender goes on behind another record than the last one that is here");
    }
  }

  private void records(WireCursor in) {
    long floor = Math.max(progress.floor(), in.varint());
    long revision = Math.max(progress.revision(), in.varint());
    List<Mutation> batch = new ArrayList<>();
    PartFormat.Keys keys = new PartFormat.Keys();
    Bytes last = progress.last();
    while (in.hasMore()) {
      RevisionKey place = keys.read(in);
      Bytes key = place.encode();
      if (key.compareTo(last) <= 0 || place.main() > revision) {
        throw in.malformed("records do not come in order");
      }
      last = key;
      batch.add(new Mutation.Put(Tables.REVISIONS, key, RECORDS.seal(key, in.bytes())));
    }
    ResumePoint next =
        new ResumePoint(progress.cluster(), progress.sender(), floor, revision, last);
    batch.add(receiving(next));
    engine.commit(batch);
    progress = next;
  }

  private void readAhead() {
    try {
      builder().readAhead(OutgoingState.behind(progress.last()));
    } catch (RuntimeException unreadable) {
      // It would be so again.
      remains = StateTransfers.Remains.DISCARDED;
      throw unreadable;
    }
  }

  private void survivors(WireCursor in) {
    if (stage == PartFormat.SURVIVORS && !survivorsOpen) {
      throw in.malformed("survivors come behind the last ones");
    }
    Bytes until = in.bytes();
    boolean lastOnes = in.bool();
    WireCursor listed = new WireCursor(in.bytes());
    PartFormat.Keys keys = new PartFormat.Keys();
    Removals removals = new Removals();
    try (StorageView view = engine.view();
        Cursor held = view.scan(Tables.REVISIONS, compared, until)) {
      while (listed.hasMore()) {
        Bytes key = keys.read(listed).encode();
        boolean found = false;
        while (!found && held.next() && held.key().compareTo(key) <= 0) {
          found = held.key().equals(key);
          if (!found) {
            removals.add(held.key());
          }
        }
        if (!found) {
          remains = StateTransfers.Remains.DISCARDED;
          throw new IllegalArgumentException(
              "record " + key + " of the sender is missing among those that have arrived");
        }
        compared = OutgoingState.behind(key);
      }
      while (lastOnes && held.next()) {
        removals.add(held.key());
      }
    }
    removals.commit();
    survivorsOpen = !lastOnes;
  }

  private void table(WireCursor in) {
    String name = in.bytes().toUtf8();
    Table table =
        Tables.ALL.stream()
            .filter(known -> known.name().equals(name) && !known.equals(Tables.REVISIONS))
            .findFirst()
            .orElseThrow(() -> in.malformed("there is no table '" + name + "'"));
    List<Mutation> batch = new ArrayList<>();
    if (!tablesCleared) {
      // What an earlier transfer may have left.
      for (Table small : Tables.ALL) {
        if (!small.equals(Tables.REVISIONS)) {
          batch.add(new Mutation.DeleteRange(small, Bytes.EMPTY, Bytes.EMPTY));
        }
      }
      batch.add(receiving(progress));
      tablesCleared = true;
    }
    while (in.hasMore()) {
      batch.add(new Mutation.Put(table, in.bytes(), in.bytes()));
    }
    engine.commit(batch);
  }

  private static Mutation receiving(ResumePoint progress) {
    return new Mutation.Put(Tables.META, RECEIVING, progress.encode());
  }

  private StateBuilder builder() {
    StateBuilder begun = builder;
    if (begun == null) {
      begun = new StateBuilder(engine);
      builder = begun;
    }
    return begun;
  }

  /** What has been built is of no use: the records are not the same any more. */
  private void buildAnew() {
    StateBuilder begun = builder;
    builder = null;
    if (begun != null) {
      begun.close();
    }
  }

  private void requireSame(StoredNumbers told) {
    try (StorageView view = engine.view()) {
      StoredNumbers numbers = StoredNumbers.of(view);
      if (!numbers.equals(told)) {
        throw new IllegalStateException(
            "the received state stands at " + numbers + ", the sent one at " + told);
      }
    }
  }

  /** Deletes records, many at once. */
  private final class Removals {
    private final List<Mutation> batch = new ArrayList<>();

    void add(Bytes key) {
      batch.add(new Mutation.Delete(Tables.REVISIONS, key));
      if (batch.size() == REMOVALS_MAX) {
        commit();
      }
    }

    void commit() {
      if (!batch.isEmpty()) {
        buildAnew();
        engine.commit(batch);
        batch.clear();
      }
    }
  }

  /** How far the transfer in {@code engine} has come; null if what it holds is of no use. */
  static @Nullable ResumePoint progressOf(StorageEngine engine, long cluster) {
    try (StorageView view = engine.view()) {
      @Nullable Bytes[] row = new Bytes[1];
      view.get(Tables.META, List.of(RECEIVING), (position, value) -> row[0] = value);
      ResumePoint progress = row[0] == null ? null : ResumePoint.decode(row[0]);
      if (progress != null && progress.cluster() == cluster) {
        return progress;
      }
      return isEmpty(view) ? new ResumePoint(cluster, 0, -1, 0, Bytes.EMPTY) : null;
    }
  }

  private static boolean isEmpty(StorageView view) {
    for (Table table : Tables.ALL) {
      try (Cursor entries = view.scan(table, Bytes.EMPTY, Bytes.EMPTY)) {
        if (entries.next()) {
          return false;
        }
      }
    }
    return true;
  }
}
