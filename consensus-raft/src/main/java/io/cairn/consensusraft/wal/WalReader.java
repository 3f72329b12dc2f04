// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.EntryKind;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Reads entries back out of the segments of an open log. */
@OnLane("log")
final class WalReader {
  private final Collection<Segment> segments;

  WalReader(Collection<Segment> segments) {
    this.segments = segments;
  }

  /**
   * The entries of {@code runs} from {@code from} on, at least one, until the bytes are exceeded.
   */
  List<Entry> read(List<RunIndex.Run> runs, long from, long bytesMax) throws IOException {
    EntryCollector collector = new EntryCollector(from, bytesMax);
    for (RunIndex.Run run : runs) {
      readRun(run, collector);
      if (collector.full()) {
        break;
      }
    }
    return collector.entries;
  }

  private void readRun(RunIndex.Run run, EntryCollector collector) throws IOException {
    Segment segment = null;
    for (Segment candidate : segments) {
      segment = candidate.sequence() == run.position.sequence() ? candidate : segment;
    }
    if (segment == null) {
      throw new IllegalStateException("no segment " + run.position.sequence());
    }
    collector.limitTo(run.last);
    long at = run.position.offset();
    while (!collector.full() && collector.next <= run.last) {
      at = readBatch(segment, at, collector);
    }
  }

  private long readBatch(Segment segment, long at, EntryCollector collector) throws IOException {
    ByteBuffer header = read(segment, at, WalFormat.BATCH_HEADER_BYTES);
    if (!new BatchReader(segment.salt(), header, at).isHeader(0)) {
      throw new WalDamagedException(segment.path(), at, "no record where one was written");
    }
    int length = WalFormat.BATCH_HEADER_BYTES + header.getInt(WalFormat.BATCH_BODY);
    BatchReader reader = new BatchReader(segment.salt(), read(segment, at, length), at);
    if (!reader.isWhole(0)) {
      throw new WalDamagedException(segment.path(), at, "a record that cannot be read");
    }
    reader.read(0, collector);
    return at + length;
  }

  private static ByteBuffer read(Segment segment, long at, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    segment.read(at, target);
    return target.flip();
  }

  /** Keeps the entries that follow each other from some index on, up to a weight. */
  private static final class EntryCollector implements BatchReader.Frames {
    private final List<Entry> entries = new ArrayList<>();
    private final long bytesMax;
    private long next;
    private long last;
    private long bytes;

    EntryCollector(long from, long bytesMax) {
      this.next = from;
      this.bytesMax = bytesMax;
    }

    boolean full() {
      return !entries.isEmpty() && bytes >= bytesMax;
    }

    /** Nothing behind {@code index} is valid in what is read from now on. */
    void limitTo(long index) {
      last = index;
    }

    @Override
    public void frame(
        int kind, byte format, byte flags, long term, long index, ByteBuffer payload) {
      if (WalFormat.isEntry(kind) && index == next && index <= last && !full()) {
        Entry entry =
            new Entry(
                index, term, EntryKind.ofCode(kind), format, flags, Bytes.copyOf(payload), null);
        entries.add(entry);
        bytes += entry.weight();
        next++;
      }
    }
  }
}
