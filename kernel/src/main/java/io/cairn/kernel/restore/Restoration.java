// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.restore;

import io.cairn.kernel.apply.Recovery;
import io.cairn.kernel.backup.BackupException;
import io.cairn.kernel.backup.BucketEntries;
import io.cairn.kernel.cluster.MemberBook;
import io.cairn.kernel.lease.LeaseBook;
import io.cairn.kernel.lease.LeaseRecord;
import io.cairn.kernel.maintenance.AlarmBook;
import io.cairn.kernel.records.RecordFormat;
import io.cairn.kernel.state.FlushLane;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.WireCursor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns a backup into the rows of an engine. Done twice: once to check everything, with nothing
 * written, and once into an engine; the digests of both must agree.
 *
 * <p>Kept are the history of keys with its revisions, versions and leases, the leases, and the
 * alarms. Members are the founders of the new cluster.
 *
 * <p><b>Blocking.</b> As long as it takes to read and write everything. <b>Failure.</b> {@link
 * BackupException} for content that cannot be; {@link io.cairn.spi.storage.StorageException} from
 * the engine.
 */
@OnLane("caller")
public final class Restoration {
  /** The term of the entries that name the founders. */
  public static final long TERM = 1;

  /** Leases that were there before the first entry; an entry that grants has a later index. */
  private static final long GRANT_INDEX = 1;

  private static final int BATCH_ROWS = 10_000;
  private static final long BATCH_BYTES = 8 << 20;
  private static final long BARRIER_BYTES = 64 << 20;
  private static final RecordFormat RECORDS = new RecordFormat(Tables.REVISIONS);

  /**
   * What is made.
   *
   * @param revision the store's revision
   * @param compactionFloor the oldest readable revision, -1 for all
   * @param rows of all tables
   * @param bytes of their keys and values
   * @param digest over all rows
   */
  public record Content(long revision, long compactionFloor, long rows, long bytes, Bytes digest) {}

  /** Is told, now and then, how far the work has come. */
  @FunctionalInterface
  public interface Progress {
    /** So many rows are done, and so many bytes of keys and values. */
    void at(long rows, long bytes);
  }

  private final Backup backup;
  private final List<ConfigurationChange> founders;
  private final long bump;

  /**
   * Restores {@code backup}.
   *
   * @param founders the entries with which the log of the new cluster begins
   * @param bump by how much the revision is raised; unless it is 0 everything up to there counts as
   *     compacted, so that no watcher takes later revisions for those it had seen
   */
  public Restoration(Backup backup, List<ConfigurationChange> founders, long bump) {
    this.backup = backup;
    this.founders = List.copyOf(founders);
    this.bump = bump;
  }

  /** Reads everything and writes nothing. */
  public Content check(Progress progress) throws IOException {
    return new Run(null, progress).run();
  }

  /** Fills {@code engine}, which is empty, and makes it last. */
  public Content fill(StorageEngine engine, Progress progress) throws IOException {
    return new Run(engine, progress).run();
  }

  /** What {@code engine} holds, for comparison with what it was filled with. */
  public static Bytes digest(StorageEngine engine, Progress progress) {
    ContentDigest digest = new ContentDigest();
    long rows = 0;
    long bytes = 0;
    try (StorageView view = engine.view()) {
      for (Table table : Tables.ALL) {
        digest.begin(table);
        try (Cursor cursor = view.scan(table, Bytes.EMPTY, Bytes.EMPTY)) {
          while (cursor.next()) {
            Bytes key = cursor.key();
            Bytes value = cursor.value();
            digest.add(key, value);
            bytes += key.length() + (long) value.length();
            if (++rows % BATCH_ROWS == 0) {
              progress.at(rows, bytes);
            }
          }
        }
      }
    }
    return digest.result();
  }

  /** One pass. */
  private final class Run {
    private final @Nullable StorageEngine engine;
    private final Progress progress;
    private final ContentDigest digest = new ContentDigest();
    private List<Mutation> batch = new ArrayList<>();
    private long batchBytes;
    private long rows;
    private long bytes;
    private long barrier;

    Run(@Nullable StorageEngine engine, Progress progress) {
      this.engine = engine;
      this.progress = progress;
    }

    Content run() throws IOException {
      digest.begin(Tables.REVISIONS);
      long revision = history();
      long floor = backup.compaction().floor();
      // What compaction has removed may have been the newest record.
      revision = Math.max(revision, floor);
      if (bump > 0) {
        if (bump > HistoryEntries.REVISION_MAX - revision) {
          throw new BackupException(
              "--bump-revision: revision " + revision + " cannot be raised by " + bump);
        }
        revision += bump;
        floor = revision;
      }
      digest.begin(Tables.LEASES);
      leases();
      digest.begin(Tables.AUTH);
      digest.begin(Tables.MEMBERS);
      puts(members());
      digest.begin(Tables.ALARMS);
      puts(alarms());
      digest.begin(Tables.META);
      puts(numbers(revision, floor));
      commit();
      if (engine != null) {
        engine.barrier();
      }
      return new Content(revision, floor, rows, bytes, digest.result());
    }

    private long history() throws IOException {
      HistoryEntries history = new HistoryEntries(backup);
      while (history.next()) {
        put(
            new Mutation.Put(
                Tables.REVISIONS, history.key(), RECORDS.seal(history.key(), history.record())));
      }
      return history.newest();
    }

    private void leases() throws IOException {
      BucketEntries entries = backup.database().entries(Backup.LEASE);
      while (entries.next()) {
        put(requirePut(LeaseRecord.put(lease(entries.key(), entries.value()))));
      }
    }

    private void puts(List<Mutation> mutations) {
      mutations.stream()
          .map(Restoration::requirePut)
          .sorted(Comparator.comparing(Mutation.Put::key))
          .forEach(this::put);
    }

    private void put(Mutation.Put mutation) {
      digest.add(mutation.key(), mutation.value());
      long size = mutation.key().length() + (long) mutation.value().length();
      rows++;
      bytes += size;
      batchBytes += size;
      if (engine != null) {
        batch.add(mutation);
      }
      if (batchBytes >= BATCH_BYTES || batch.size() >= BATCH_ROWS) {
        commit();
      }
    }

    private void commit() {
      StorageEngine target = engine;
      if (target != null && !batch.isEmpty()) {
        target.commit(batch);
        batch = new ArrayList<>();
        if (bytes - barrier >= BARRIER_BYTES) {
          target.barrier();
          barrier = bytes;
        }
      }
      batchBytes = 0;
      progress.at(rows, bytes);
    }
  }

  private static Mutation.Put requirePut(Mutation mutation) {
    if (mutation instanceof Mutation.Put put) {
      return put;
    }
    throw new InvariantViolation("a store that begins has nothing to delete");
  }

  /** What applying the first entries gives. */
  private List<Mutation> members() {
    List<Mutation> rows = new ArrayList<>();
    MemberBook book = new MemberBook();
    for (ConfigurationChange founder : founders) {
      Reason refusal = book.apply(founder, rows);
      InvariantViolation.check(refusal == null, "founders are different members");
    }
    return rows;
  }

  private List<Mutation> alarms() {
    List<Mutation> rows = new ArrayList<>();
    AlarmBook book = new AlarmBook();
    for (Alarm alarm : backup.alarms()) {
      var _ = book.apply(Alarm.Action.ACTIVATE, alarm, rows);
    }
    return rows;
  }

  private List<Mutation> numbers(long revision, long floor) {
    List<Mutation> rows = new ArrayList<>();
    rows.add(FlushLane.number(Tables.FORMAT, Recovery.FORMAT));
    rows.add(FlushLane.number(Tables.APPLIED_INDEX, founders.size()));
    rows.add(FlushLane.number(Tables.APPLIED_TERM, TERM));
    rows.add(FlushLane.number(Tables.REVISION, revision));
    rows.add(FlushLane.number(Tables.COMPACTION_FLOOR, floor));
    if (backup.compaction().finished() >= 0) {
      rows.add(FlushLane.number(Tables.COMPACTED, backup.compaction().finished()));
    }
    return rows;
  }

  private static LeaseBook.Lease lease(Bytes key, Bytes value) throws BackupException {
    long id = 0;
    long ttl = 0;
    long remaining = 0;
    try {
      WireCursor in = new WireCursor(value);
      while (in.hasMore()) {
        int tag = in.tag();
        switch (tag) {
          case 0x08 -> id = in.varint();
          case 0x10 -> ttl = in.varint();
          case 0x18 -> remaining = in.varint();
          default -> throw in.malformed("unexpected tag " + tag + " in a lease");
        }
      }
    } catch (IllegalArgumentException e) {
      throw BackupException.damaged("the lease " + key, String.valueOf(e.getMessage()));
    }
    boolean sound =
        key.length() == Long.BYTES
            && key.asByteBuffer().getLong() == id
            && id != 0
            && ttl > 0
            && ttl <= LeaseBook.TTL_SECONDS_MAX
            && remaining >= 0
            && remaining <= ttl;
    if (!sound) {
      throw BackupException.damaged("the lease " + key, "its id and times contradict each other");
    }
    return new LeaseBook.Lease(id, ttl, remaining, GRANT_INDEX);
  }
}
