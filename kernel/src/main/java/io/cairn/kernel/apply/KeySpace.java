// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.apply;

import io.cairn.kernel.index.IndexCursor;
import io.cairn.kernel.index.IndexReader;
import io.cairn.kernel.index.IndexWriter;
import io.cairn.kernel.index.KeyRecord;
import io.cairn.kernel.lease.LeaseBook;
import io.cairn.kernel.range.RangeRead;
import io.cairn.kernel.range.RecordSource;
import io.cairn.kernel.records.RecentLog;
import io.cairn.kernel.records.RecentView;
import io.cairn.kernel.state.RecordReader;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.AnswerRoom;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.DeleteResult;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.StoreException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The key space as it is being written: one entry at a time between {@link #begin} and {@link
 * #end}, all of whose changes share one revision.
 *
 * <p>What an entry changes is the same on every member. What it reads for its answer, ranges and
 * the former values of what it deletes, is read only where somebody waits for it, and there only as
 * far as there is room: one transaction that reads much must not end all members, now and whenever
 * they start again.
 */
@OnLane("apply")
public final class KeySpace {
  /** Records read before room is taken for them: their sizes are known only then. */
  private static final int READ_AT_ONCE = 16;

  /**
   * What an entry's answer may read without room: more than a value usually is at most, so that a
   * compare-and-swap that fails and reads is answered however much others have under way.
   */
  private static final int READ_FREELY_BYTES = 2 << 20;

  /** What a record takes in memory beside its bytes. */
  private static final int RECORD_BYTES = 40;

  private IndexWriter index;
  private final RecentLog recent;
  private final RecordReader records;
  private final LeaseBook leases;
  private final Attachments attachments;
  private long revision;
  private long floor;
  // The place of the next change within the entry's revision; 0 while the entry has changed
  // nothing.
  private int nextSub;

  /** For what the entry's answer reads; null if nobody waits for it, or there is no room left. */
  private @Nullable AnswerRoom room;

  private boolean complete = true;
  private long readFreely;

  /** A key space that stands at {@code revision}. */
  public KeySpace(
      IndexWriter index,
      RecentLog recent,
      RecordReader records,
      LeaseBook leases,
      Attachments attachments,
      long revision,
      long floor) {
    this.index = index;
    this.recent = recent;
    this.records = records;
    this.leases = leases;
    this.attachments = attachments;
    this.revision = revision;
    this.floor = floor;
  }

  /** Takes over which keys hang on leases. */
  void become(Attachments other) {
    attachments.become(other);
  }

  /** Goes on from another state, between two entries. */
  void restart(IndexWriter writer, long atRevision, long atFloor) {
    InvariantViolation.check(nextSub == 0, "a state is installed between two entries");
    index = writer;
    revision = atRevision;
    floor = atFloor;
  }

  /** The revision before the entry that is being applied, or after the last one. */
  long revision() {
    return revision;
  }

  /** The revision that a read sees: the entry's own once it has changed something. */
  long visibleRevision() {
    return nextSub == 0 ? revision : revision + 1;
  }

  /** The oldest revision that can be read. */
  long floor() {
    return floor;
  }

  /**
   * Begins an entry.
   *
   * @param answer the room for what its answer reads, null if nobody waits for one
   */
  void begin(@Nullable AnswerRoom answer) {
    InvariantViolation.check(nextSub == 0, "an entry begins when the one before has ended");
    room = answer;
    complete = true;
    readFreely = 0;
  }

  /**
   * Ends the entry; its revision is taken if it has changed something.
   *
   * @return whether there was room for all that its answer reads
   */
  boolean end() {
    revision = visibleRevision();
    nextSub = 0;
    room = null;
    return complete;
  }

  /** Raises the floor. */
  void compact(long revision) {
    if (revision <= floor) {
      throw new StoreException(new Reason.Compacted(floor));
    }
    if (revision > this.revision) {
      throw new StoreException(new Reason.FutureRevision());
    }
    floor = revision;
  }

  /** Fails as a put that cannot be done fails; changes nothing. The lease is looked at first. */
  void check(PutRequest put) {
    checkLease(put);
    checkPresence(put);
  }

  /** The same for a put within a transaction, where etcd looks at the key first. */
  void checkInTxn(PutRequest put) {
    checkPresence(put);
    checkLease(put);
  }

  private void checkLease(PutRequest put) {
    if (put.lease() != 0 && !leases.exists(put.lease())) {
      throw new StoreException(new Reason.LeaseNotFound());
    }
  }

  private void checkPresence(PutRequest put) {
    if ((put.ignoreValue() || put.ignoreLease())
        && index.get(put.key(), IndexReader.LATEST) == null) {
      throw new StoreException(new Reason.KeyNotFound());
    }
  }

  /** Puts, after {@link #check}. */
  PutResult put(PutRequest put, ResponseHeader header) {
    Bytes key = put.key();
    Bytes value = put.value();
    long lease = put.lease();
    @Nullable Bytes previous = null;
    if (put.prevKv() || put.ignoreValue() || put.ignoreLease()) {
      previous = current(key);
      // A key that the same transaction has deleted before has nothing to keep: etcd, which forbids
      // most
      // ways to get here but not all, ends its process; here the value is empty and the lease none.
      if (previous != null) {
        KeyValue kv = KeyValueFormat.decode(previous);
        value = put.ignoreValue() ? kv.value() : value;
        lease = put.ignoreLease() ? kv.lease() : lease;
      }
    }
    int sub = nextSub++;
    KeyRecord record = index.put(key, revision + 1, sub);
    recent.appendPut(
        key, record.createRevision(), record.modRevision(), sub, record.version(), value, lease);
    attachments.attach(key, lease);
    return new PutResult(header, put.prevKv() ? previous : null);
  }

  /** Deletes what there is of a range. */
  DeleteResult delete(DeleteRequest delete, HeaderSource headers) {
    KeyRange range = delete.range();
    List<Bytes> previous = List.of();
    if (delete.prevKv()) {
      previous = read(RangeRequest.of(range), headers.of(0)).kvs();
    }
    long deleted = 0;
    if (range.isSingle()) {
      deleted = delete(range.key()) ? 1 : 0;
    } else {
      // The cursor does not outlive a change, so the keys are gathered first.
      List<Bytes> keys = new ArrayList<>();
      IndexCursor cursor = index.scan(range, IndexReader.LATEST);
      while (cursor.next()) {
        keys.add(cursor.key());
      }
      for (Bytes key : keys) {
        InvariantViolation.check(delete(key), "a key that was found can be deleted");
      }
      deleted = keys.size();
    }
    return new DeleteResult(headers.of(visibleRevision()), deleted, previous);
  }

  /** Deletes a key if it is there. */
  boolean delete(Bytes key) {
    if (index.tombstone(key, revision + 1, nextSub) == null) {
      return false;
    }
    recent.appendTombstone(key, revision + 1, nextSub);
    nextSub++;
    attachments.detach(key);
    return true;
  }

  /**
   * Reads a range as the entry sees it, for its answer; nothing if nobody waits for that. Fails for
   * a revision that cannot be read.
   */
  RangeResult read(RangeRequest range, ResponseHeader header) {
    AnswerRoom within = room;
    if (within != null) {
      long at = range.revision() > 0 ? range.revision() : IndexReader.LATEST;
      RangeResult result = new RangeRead(index, range, at).read(header, new Bounded(within));
      if (result != null) {
        return result;
      }
      room = null;
      complete = false;
    }
    return new RangeResult(header, List.of(), false, 0);
  }

  /** Reads as long as there is room. */
  private final class Bounded implements RecordSource {
    private final AnswerRoom within;

    Bounded(AnswerRoom within) {
      this.within = within;
    }

    @Override
    public boolean fetch(long[] mains, int[] subs, int count, @Nullable Bytes[] into) {
      for (int from = 0; from < count; from += READ_AT_ONCE) {
        int to = Math.min(count, from + READ_AT_ONCE);
        @Nullable Bytes[] found = new Bytes[to - from];
        KeySpace.this.fetch(
            Arrays.copyOfRange(mains, from, to),
            Arrays.copyOfRange(subs, from, to),
            to - from,
            found);
        long bytes = 0;
        for (int i = from; i < to; i++) {
          Bytes record = Objects.requireNonNull(found[i - from]);
          into[i] = record;
          bytes += RECORD_BYTES + record.length();
        }
        if (!gathered(bytes)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public boolean gathered(long bytes) {
      if (readFreely + bytes <= READ_FREELY_BYTES) {
        readFreely += bytes;
        return true;
      }
      return within.take(bytes);
    }
  }

  /** Comparisons with the key space as it is now. */
  Compares compares() {
    return new Compares(index, IndexReader.LATEST, this::record);
  }

  /** The record of a revision that the index has named. */
  private Bytes record(long main, int sub) {
    @Nullable Bytes[] found = new Bytes[1];
    fetch(new long[] {main}, new int[] {sub}, 1, found);
    return Objects.requireNonNull(found[0]);
  }

  private @Nullable Bytes current(Bytes key) {
    KeyRecord record = index.get(key, IndexReader.LATEST);
    return record == null ? null : record(record.modRevision(), record.sub());
  }

  /** May wait for the engine, as everything that is applied after this may depend on it. */
  private void fetch(long[] mains, int[] subs, int count, @Nullable Bytes[] into) {
    long published = recent.published().lastRevision();
    boolean cold = false;
    boolean young = false;
    for (int i = 0; i < count; i++) {
      if (mains[i] > published) {
        young = true;
      } else {
        into[i] = records.tryRead(mains[i], subs[i]);
        cold |= into[i] == null;
      }
    }
    if (cold) {
      records.read(mains, subs, count, into);
    }
    if (young) {
      RecentView own = recent.unpublished();
      for (int i = 0; i < count; i++) {
        if (mains[i] > published) {
          into[i] = own.find(mains[i], subs[i]);
        }
      }
    }
    for (int i = 0; i < count; i++) {
      InvariantViolation.check(into[i] != null, "every record that the index names exists");
    }
  }

  /** Makes headers for a revision. */
  @FunctionalInterface
  interface HeaderSource {
    ResponseHeader of(long revision);
  }
}
