// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.range;

import io.cairn.kernel.index.IndexCursor;
import io.cairn.kernel.index.IndexReader;
import io.cairn.kernel.index.KeyRecord;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeRequest.SortOrder;
import io.cairn.spi.store.RangeRequest.SortTarget;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.ResponseHeader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One range request on one state of the index.
 *
 * <p>What etcd does by reading everything and then filtering, sorting and cutting is done here on
 * the columns of the index; records are fetched last, and only those that are answered. Requests in
 * key order without filters stop at the limit, and their count comes from the subtree counts.
 *
 * <p>Three quirks of etcd are kept. A request with a limit and sort order NONE, but another target
 * than the key, sorts only the first keys in key order. Keys-only answers come from the index and
 * so have no lease, unless the request sorts by value. The count ignores filters.
 */
@OnLane("owner")
public final class RangeRead {
  /** Records fetched at a time; between two chunks a source may look at whether to go on. */
  static final int CHUNK = 512;

  /** The most, and the first, that are fetched at a time when bytes are to be bounded. */
  private static final int SOME = 32;

  private static final int SOME_FIRST = 8;

  /** What a read gathers before it says so again. */
  private static final int UNTOLD_BYTES_MAX = 64 << 10;

  /** What a row that waits for being sorted takes, and a key in an array of its own beside it. */
  private static final int ROW_BYTES = 48;

  private static final int KEY_BYTES = 80;

  /** What a row takes that is sorted by its value, beside its record. */
  private static final int VALUE_ROW_BYTES = 120;

  private final IndexReader index;
  private final RangeRequest request;
  private final long revision;
  private final KeyRange range;
  private final long limit;
  private long count = -1;
  private long untoldBytes;

  /**
   * A read at {@code revision}, which must not be below the compaction floor; {@link
   * IndexReader#LATEST} for the newest.
   */
  public RangeRead(IndexReader index, RangeRequest request, long revision) {
    this.index = index;
    this.request = request;
    this.revision = revision;
    this.range = request.range();
    this.limit = request.limit() > 0 ? request.limit() : Long.MAX_VALUE;
  }

  /** The number of keys in the range, whatever limit and filters say. */
  public long count() {
    if (count < 0) {
      count =
          range.isSingle()
              ? index.get(range.key(), revision) == null ? 0 : 1
              : index.count(range, revision);
    }
    return count;
  }

  /** An upper bound of the number of keys that the read has to look at. */
  public long keysMax() {
    if (request.countOnly()) {
      return 0;
    }
    return inKeyOrder() && !request.isFiltered() ? Math.min(limit, count()) : count();
  }

  /** Reads; null if {@code source} gave up. */
  public @Nullable RangeResult read(ResponseHeader header, RecordSource source) {
    if (request.countOnly()) {
      return new RangeResult(header, List.of(), false, count());
    }
    if (range.isSingle() && !request.isFiltered() && !keysOnlyFromIndex()) {
      return readSingle(header, source);
    }
    if (inKeyOrder()) {
      return readInKeyOrder(header, source);
    }
    return readSorted(header, source);
  }

  /**
   * Reads a part of a range in key order without filters: up to the limit, and whether anything
   * follows. Counts nothing.
   *
   * @return null if {@code source} gave up
   */
  public @Nullable RangeResult readPart(ResponseHeader header, RecordSource source) {
    Collector out = new Collector(source, (int) Math.min(limit, CHUNK));
    IndexCursor cursor = index.scan(range, revision);
    boolean more = cursor.next();
    while (more && out.size < limit) {
      if (!out.add(cursor)) {
        return null;
      }
      more = cursor.next();
    }
    return out.flush() ? new RangeResult(header, out.kvs, more, 0) : null;
  }

  /**
   * Reads the first keys of a range in key order without filters: up to the limit or until they
   * have {@code bytesMin} bytes. Counts nothing, and does not look whether anything follows.
   *
   * @return null if {@code source} gave up
   */
  public @Nullable List<Bytes> readSome(RecordSource source, long bytesMin) {
    Collector out = new Collector(source, (int) Math.min(limit, SOME));
    IndexCursor cursor = index.scan(range, revision);
    // How large records are is known only when they are there: few at first, then as many as are
    // likely to be wanted.
    out.chunk = SOME_FIRST;
    while (out.size < limit && out.bytes < bytesMin && cursor.next()) {
      if (!out.add(cursor)) {
        return null;
      }
      if (out.pending == 0 && out.bytes > 0) {
        long wanted = (bytesMin - out.bytes) * out.size / out.bytes;
        out.chunk = Math.clamp(wanted, 1, SOME);
      }
    }
    return out.flush() ? out.kvs : null;
  }

  private @Nullable RangeResult readSingle(ResponseHeader header, RecordSource source) {
    KeyRecord key = index.get(range.key(), revision);
    if (key == null) {
      return new RangeResult(header, List.of(), false, 0);
    }
    @Nullable Bytes[] records = new Bytes[1];
    if (!source.fetch(new long[] {key.modRevision()}, new int[] {key.sub()}, 1, records)) {
      return null;
    }
    Bytes record = records[0];
    return record == null
        ? null
        : new RangeResult(
            header,
            List.of(request.keysOnly() ? KeyValueFormat.withoutValue(record) : record),
            false,
            1);
  }

  private @Nullable RangeResult readInKeyOrder(ResponseHeader header, RecordSource source) {
    Collector out = new Collector(source, (int) Math.min(keysMax(), 1 << 20));
    IndexCursor cursor = index.scan(range, revision);
    boolean filtered = request.isFiltered();
    boolean more = !filtered && count() > limit;
    // Without filters the number of keys is known, so that a tail of deleted keys is not walked
    // over.
    long wanted = filtered ? limit : Math.min(limit, count());
    while (out.size < wanted && cursor.next()) {
      if (!filtered || passes(cursor)) {
        if (!out.add(cursor)) {
          return null;
        }
      }
    }
    while (filtered && !more && out.size == limit && cursor.next()) {
      more = passes(cursor);
    }
    return out.flush() ? new RangeResult(header, out.kvs, more, count()) : null;
  }

  private @Nullable RangeResult readSorted(ResponseHeader header, RecordSource source) {
    boolean onlyFirst =
        request.limit() > 0 && request.order() == SortOrder.NONE && !request.isFiltered();
    long rowsMax = onlyFirst && limit < Long.MAX_VALUE ? limit + 1 : Long.MAX_VALUE;
    List<Row> rows = new ArrayList<>();
    IndexCursor cursor = index.scan(range, revision);
    while (rows.size() < rowsMax && cursor.next()) {
      if (passes(cursor)) {
        Row row = Row.of(cursor, keysOnlyFromIndex());
        rows.add(row);
        int bytes = row.key().isEmpty() ? ROW_BYTES : ROW_BYTES + KEY_BYTES + row.key().length();
        if (!gather(source, bytes)) {
          return null;
        }
      }
    }
    if (request.target() == SortTarget.VALUE) {
      return readSortedByValue(header, source, rows);
    }
    if (request.target() == SortTarget.KEY) {
      Collections.reverse(rows);
    } else {
      rows.sort(directed(Comparator.comparingLong(this::column)));
    }
    boolean more = rows.size() > limit;
    Collector out = new Collector(source, (int) Math.min(rows.size(), limit));
    for (Row row : more ? rows.subList(0, (int) limit) : rows) {
      if (!out.add(row)) {
        return null;
      }
    }
    return out.flush() ? new RangeResult(header, out.kvs, more, count()) : null;
  }

  private @Nullable RangeResult readSortedByValue(
      ResponseHeader header, RecordSource source, List<Row> rows) {
    Collector all = new Collector(source, rows.size());
    for (Row row : rows) {
      if (!gather(source, VALUE_ROW_BYTES) || !all.add(row)) {
        return null;
      }
    }
    if (!all.flush()) {
      return null;
    }
    List<KeyValue> values = new ArrayList<>(all.kvs.size());
    all.kvs.forEach(kv -> values.add(KeyValueFormat.decode(kv)));
    List<Integer> order = new ArrayList<>(values.size());
    for (int i = 0; i < values.size(); i++) {
      order.add(i);
    }
    order.sort(directed(Comparator.comparing(i -> values.get(i).value())));
    boolean more = order.size() > limit;
    List<Bytes> kvs = new ArrayList<>();
    for (int i : more ? order.subList(0, (int) limit) : order) {
      Bytes kv = all.kvs.get(i);
      kvs.add(request.keysOnly() ? KeyValueFormat.withoutValue(kv) : kv);
    }
    return new RangeResult(header, kvs, more, count());
  }

  /** Counts what is gathered beside records; false if it is too much. */
  private boolean gather(RecordSource source, long bytes) {
    untoldBytes += bytes;
    if (untoldBytes < UNTOLD_BYTES_MAX) {
      return true;
    }
    long told = untoldBytes;
    untoldBytes = 0;
    return source.gathered(told);
  }

  private boolean inKeyOrder() {
    return request.target() == SortTarget.KEY && request.order() != SortOrder.DESCEND;
  }

  private boolean keysOnlyFromIndex() {
    return request.keysOnly() && request.target() != SortTarget.VALUE;
  }

  private boolean passes(IndexCursor cursor) {
    return (request.maxModRevision() == 0 || cursor.modRevision() <= request.maxModRevision())
        && (request.minModRevision() == 0 || cursor.modRevision() >= request.minModRevision())
        && (request.maxCreateRevision() == 0
            || cursor.createRevision() <= request.maxCreateRevision())
        && (request.minCreateRevision() == 0
            || cursor.createRevision() >= request.minCreateRevision());
  }

  private long column(Row row) {
    return switch (request.target()) {
      case VERSION -> row.version();
      case CREATE -> row.create();
      case MOD -> row.main();
      // Not sorted by a number; UNKNOWN was refused before.
      case KEY, VALUE, UNKNOWN -> 0;
    };
  }

  private <T> Comparator<T> directed(Comparator<T> ascending) {
    return request.order() == SortOrder.DESCEND ? ascending.reversed() : ascending;
  }

  private static Bytes withoutRecord(Bytes key, long create, long main, long version) {
    return KeyValueFormat.encode(new KeyValue(key, create, main, version, Bytes.EMPTY, 0));
  }

  /** A key of the range that waits for being sorted. */
  private record Row(long create, long main, int sub, long version, Bytes key) {
    static Row of(IndexCursor cursor, boolean withKey) {
      return new Row(
          cursor.createRevision(),
          cursor.modRevision(),
          cursor.sub(),
          cursor.version(),
          withKey ? cursor.key() : Bytes.EMPTY);
    }
  }

  /** Gathers the answer, fetching records in chunks. */
  private final class Collector {
    private final RecordSource source;
    private final List<Bytes> kvs;
    private final boolean fromIndex = keysOnlyFromIndex();
    private final long[] mains;
    private final int[] subs;
    private final @Nullable Bytes[] records;

    /** How many records are fetched at a time. */
    private int chunk;

    private int pending;
    private long size;
    private long bytes;

    Collector(RecordSource source, int expected) {
      this.source = source;
      this.chunk = fromIndex ? 0 : Math.max(1, Math.min(CHUNK, expected));
      this.kvs = new ArrayList<>(expected);
      this.mains = new long[chunk];
      this.subs = new int[chunk];
      this.records = new Bytes[chunk];
    }

    boolean add(IndexCursor cursor) {
      if (!fromIndex) {
        return add(cursor.modRevision(), cursor.sub());
      }
      return addFromIndex(
          cursor.key(), cursor.createRevision(), cursor.modRevision(), cursor.version());
    }

    boolean add(Row row) {
      if (!fromIndex) {
        return add(row.main(), row.sub());
      }
      return addFromIndex(row.key(), row.create(), row.main(), row.version());
    }

    private boolean addFromIndex(Bytes key, long create, long main, long version) {
      size++;
      Bytes kv = withoutRecord(key, create, main, version);
      kvs.add(kv);
      bytes += kv.length();
      return gather(source, KEY_BYTES + key.length());
    }

    private boolean add(long main, int sub) {
      mains[pending] = main;
      subs[pending] = sub;
      pending++;
      size++;
      return pending < Math.min(chunk, mains.length) || flush();
    }

    /** Fetches what is pending; false if the source gave up. */
    boolean flush() {
      if (pending == 0) {
        return true;
      }
      if (!source.fetch(mains, subs, pending, records)) {
        return false;
      }
      for (int i = 0; i < pending; i++) {
        Bytes record = records[i];
        if (record == null) {
          return false;
        }
        kvs.add(record);
        bytes += record.length();
        records[i] = null;
      }
      pending = 0;
      return true;
    }
  }
}
