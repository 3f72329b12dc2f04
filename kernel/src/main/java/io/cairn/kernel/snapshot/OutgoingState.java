// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.snapshot;

import io.cairn.kernel.cluster.MemberBook;
import io.cairn.kernel.records.RecordFormat;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.StateStore;
import io.cairn.kernel.state.StoredNumbers;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.SnapshotSource;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The state of this member on its way out.
 *
 * <table>
 *   <caption>Its stages</caption>
 *   <tr><th>stage</th><th>reads</th><th>until</th></tr>
 *   <tr><td>begin</td><td>the numbers</td><td>one part is made</td></tr>
 *   <tr><td>chasing</td><td>records behind the last one, a view per part</td><td>a view has less
 *       left than a part holds, and is kept as the cut</td></tr>
 *   <tr><td>survivors</td><td>all records of the cut</td><td>they are hashed; left out if nothing
 *       was removed since the first record was sent</td></tr>
 *   <tr><td>tables</td><td>the small tables of the cut</td><td>all are sent</td></tr>
 *   <tr><td>end</td><td>the numbers of the cut</td><td>one part is made</td></tr>
 * </table>
 */
@OnLane("snapshot")
final class OutgoingState implements SnapshotSource {
  /**
   * A part is ended when it has grown to this. Parts pass through the young generation of the heap,
   * where large ones would be in the way: a member that sends parts of a megabyte collects its
   * whole heap several times a second.
   */
  static final int PART_BYTES = 128 << 10;

  /** How much one call reads while it looks for survivors, which are much smaller. */
  private static final long SCAN_BYTES = 4 << 20;

  private static final RecordFormat RECORDS = new RecordFormat(Tables.REVISIONS);
  private static final List<Table> SMALL_TABLES =
      Tables.ALL.stream().filter(table -> !table.equals(Tables.REVISIONS)).toList();

  private enum Stage {
    BEGIN,
    CHASING,
    SURVIVORS,
    TABLES,
    END,
    DONE
  }

  private final StateStore store;
  private final long cluster;
  private final long self;
  private final int partBytes;
  private final @Nullable ResumePoint wanted;
  private final Consumer<OutgoingState> closed;

  private Stage stage = Stage.BEGIN;
  private @Nullable StoredNumbers atBegin;
  private boolean resumed;

  private final Race race = new Race();

  /** The key of the last record sent, as far as the chase is concerned; empty before the first. */
  private Bytes last = Bytes.EMPTY;

  // Of all records sent, or in the stage of survivors of all records of the cut.
  private ContentCheck check = new ContentCheck();

  // The cut.
  private @Nullable StorageView cut;
  private @Nullable StoredNumbers numbers;
  private @Nullable AppliedPoint point;

  /** Where the entries come from in the stages of survivors and tables. */
  private @Nullable Cursor entries;

  /** Behind the last key that the receiver may hold too much of. */
  private Bytes survivorsEnd = Bytes.EMPTY;

  private int table;

  /**
   * Begins.
   *
   * @param store of the state that is published now
   * @param wanted where the receiver would like to go on, null for the beginning
   * @param closed told when this is closed, maybe more than once
   */
  OutgoingState(
      StateStore store,
      long cluster,
      long self,
      int partBytes,
      @Nullable ResumePoint wanted,
      Consumer<OutgoingState> closed) {
    this.store = store;
    this.cluster = cluster;
    this.self = self;
    this.partBytes = partBytes;
    this.wanted = wanted;
    this.closed = closed;
  }

  @Override
  public @Nullable Bytes next() {
    return switch (stage) {
      case BEGIN -> begin();
      case CHASING -> chase();
      case SURVIVORS -> survivors();
      case TABLES -> table();
      case END -> end();
      case DONE -> null;
    };
  }

  @Override
  public boolean fallsBehind() {
    return race.isLost();
  }

  @Override
  public AppliedPoint point() {
    if (stage != Stage.DONE || point == null) {
      throw new IllegalStateException("a state that is being sent has its point at the end");
    }
    return point;
  }

  @Override
  public void close() {
    closeEntries();
    StorageView open = cut;
    cut = null;
    stage = Stage.DONE;
    if (open != null) {
      open.close();
    }
    closed.accept(this);
  }

  private Bytes begin() {
    try (StorageView view = view()) {
      StoredNumbers now = StoredNumbers.of(view);
      atBegin = now;
      ResumePoint from = wanted;
      resumed = from != null && from.fits(cluster, self, now);
      if (from != null && resumed) {
        last = from.last();
      }
      race.begin(now.revision());
    }
    stage = Stage.CHASING;
    return new PartFormat.Begin(cluster, self, resumed ? last : null).encode();
  }

  private Bytes chase() {
    Bytes before = last;
    StorageView view = view();
    boolean keep = false;
    try {
      StoredNumbers now = StoredNumbers.of(view);
      PartWriter part =
          new PartWriter(PartFormat.RECORDS, partBytes)
              .add(now.compactionFloor())
              .add(now.revision());
      PartFormat.Keys keys = new PartFormat.Keys();
      // What lies beyond the revision belongs to an entry that is not complete.
      Bytes end = RevisionKey.firstOf(now.revision() + 1);
      boolean more = false;
      try (Cursor records = view.scan(Tables.REVISIONS, behind(last), end)) {
        while (!more && records.next()) {
          Bytes key = records.key();
          Bytes record = RECORDS.open(key, records.value());
          keys.write(part, RevisionKey.parse(key));
          part.add(record);
          check.add(key, record);
          last = key;
          more = part.length() >= partBytes;
        }
      }
      if (!more) {
        keep = true;
        cut(view, now, before);
      } else {
        race.sent(part.length(), RevisionKey.parse(last).main(), now.revision());
      }
      return part.finish();
    } finally {
      if (!keep) {
        view.close();
      }
    }
  }

  /**
   * Everything else is read through {@code view}, before which the chase had come to {@code at}.
   */
  private void cut(StorageView view, StoredNumbers now, Bytes at) {
    cut = view;
    numbers = now;
    point =
        new AppliedPoint(
            now.appliedIndex(), now.appliedTerm(), MemberBook.read(view).configuration());
    StoredNumbers first = Objects.requireNonNull(atBegin);
    boolean untouched =
        now.compactionFloor() < 0
            || (now.compactionFloor() == first.compactionFloor() && first.isFreed());
    if (!resumed && (at.isEmpty() || untouched)) {
      stage = Stage.TABLES;
      return;
    }
    Bytes floorEnd = RevisionKey.firstOf(now.compactionFloor() + 1);
    Bytes sentEnd = behind(at);
    survivorsEnd = sentEnd.compareTo(floorEnd) < 0 ? sentEnd : floorEnd;
    check = new ContentCheck();
    entries = view.scan(Tables.REVISIONS, Bytes.EMPTY, RevisionKey.firstOf(now.revision() + 1));
    stage = Stage.SURVIVORS;
  }

  private Bytes survivors() {
    Cursor records = Objects.requireNonNull(entries);
    PartWriter listed = new PartWriter(PartFormat.SURVIVORS);
    PartFormat.Keys keys = new PartFormat.Keys();
    boolean more = true;
    for (long scanned = 0; more && scanned < SCAN_BYTES && listed.length() < partBytes; ) {
      more = records.next();
      if (more) {
        Bytes key = records.key();
        Bytes record = RECORDS.open(key, records.value());
        check.add(key, record);
        scanned += key.length() + record.length();
        if (key.compareTo(survivorsEnd) < 0) {
          keys.write(listed, RevisionKey.parse(key));
        }
      }
    }
    if (!more) {
      closeEntries();
      stage = Stage.TABLES;
    }
    return new PartWriter(PartFormat.SURVIVORS)
        .add(survivorsEnd)
        .add(more ? 0 : 1)
        .add(listed.content())
        .finish();
  }

  private Bytes table() {
    Cursor from = entries;
    if (from == null) {
      from = Objects.requireNonNull(cut).scan(SMALL_TABLES.get(table), Bytes.EMPTY, Bytes.EMPTY);
      entries = from;
    }
    PartWriter part =
        new PartWriter(PartFormat.TABLE, partBytes).add(Bytes.utf8(SMALL_TABLES.get(table).name()));
    while (part.length() < partBytes) {
      if (!from.next()) {
        closeEntries();
        table++;
        stage = table == SMALL_TABLES.size() ? Stage.END : Stage.TABLES;
        break;
      }
      part.add(from.key()).add(from.value());
    }
    return part.finish();
  }

  private Bytes end() {
    PartFormat.End end =
        new PartFormat.End(Objects.requireNonNull(numbers), check.count(), check.hash());
    close();
    return end.encode();
  }

  private StorageView view() {
    StorageView view = store.tryView();
    if (view == null) {
      throw new IllegalStateException("the state that is being sent has been replaced by another");
    }
    return view;
  }

  private void closeEntries() {
    Cursor open = entries;
    entries = null;
    if (open != null) {
      open.close();
    }
  }

  /** The least key behind {@code key}. */
  static Bytes behind(Bytes key) {
    if (key.isEmpty()) {
      return key;
    }
    byte[] next = new byte[key.length() + 1];
    key.copyTo(next, 0);
    return Bytes.of(next);
  }
}
