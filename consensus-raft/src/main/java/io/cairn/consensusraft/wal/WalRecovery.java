// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.EntryKind;
import io.cairn.consensusraft.core.HardState;
import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.DiskFile;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log from its files, deciding for every record that is not as it was written whether it
 * was promised to anybody.
 *
 * <p>What is in use is a gapless sequence of segments, each of which says where the one before
 * ended. Behind them come segments that are ready but unused. Evidence that something had been
 * durable is looked for in every batch behind a bad one, in unused segments as well: a segment
 * whose headers were lost must not pass for one that was never used.
 */
final class WalRecovery implements AutoCloseable {
  private final Disk disk;
  private final WalOptions options;
  private final WalIdentity identity;
  private final long after;
  private final ByteBuffer content;

  private final TreeMap<Long, Segment> segments = new TreeMap<>();
  private final TreeMap<Long, SegmentHeader> used = new TreeMap<>();
  private final List<Segment> usedSegments = new ArrayList<>();
  private final List<Segment> unusedSegments = new ArrayList<>();
  private final RunIndex runs = new RunIndex();
  private final List<Entry> entries = new ArrayList<>();
  private final List<Entry> bindings = new ArrayList<>();
  private final List<Segment> leftOver = new ArrayList<>();

  /** A segment that should be there, between others; null if none is missing. */
  private @Nullable String missing;

  /** The furthest position that some record claims was durable. */
  private Position claimedDurable = Position.NOWHERE;

  /** Where the last batch ends that the latest {@link #claimIn} has seen. */
  private int lastSign;

  private Position end = Position.NOWHERE;
  private int chain;
  private long tornBytes;
  private long highestSequence;

  private HardState hardState = HardState.INITIAL;
  private long commit;
  private long cutIndex;
  private long cutTerm;
  private long lastIndex;
  private @Nullable Configuration configuration;

  WalRecovery(Disk disk, WalOptions options, WalIdentity identity, long after) {
    this.disk = disk;
    this.options = options;
    this.identity = identity;
    this.after = after;
    this.content = ByteBuffer.allocate(options.segmentBytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Reads everything; the accessors tell what was found. */
  RecoveredLog run() throws IOException {
    openAll();
    for (Segment segment : segments.values()) {
      classify(segment);
    }
    passGap();
    for (Segment segment : segments.tailMap(highestUsed(), false).values()) {
      examineUnused(segment);
    }
    for (Map.Entry<Long, SegmentHeader> segment : used.entrySet()) {
      readUsed(require(segment.getKey()), segment.getValue());
    }
    checkComplete();
    removeLeftOver();
    return new RecoveredLog(
        used.isEmpty(),
        new HardState(hardState.term(), hardState.vote(), Math.max(commit, cutIndex)),
        cutIndex,
        cutTerm,
        lastIndex,
        configuration,
        entries,
        bindings,
        tornBytes);
  }

  /** Closes all segments that were found: there is to be no log. */
  @Override
  public void close() throws IOException {
    for (Segment segment : segments.values()) {
      segment.file().close();
    }
  }

  List<Segment> usedSegments() {
    return usedSegments;
  }

  List<Segment> unusedSegments() {
    return unusedSegments;
  }

  RunIndex runs() {
    return runs;
  }

  /** Where the log goes on, and the chain there. */
  Position end() {
    return end;
  }

  int chain() {
    return chain;
  }

  long highestSequence() {
    return highestSequence;
  }

  private void openAll() throws IOException {
    for (String name : disk.list(options.directory())) {
      if (!name.endsWith(WalFormat.SUFFIX)) {
        continue;
      }
      String path = options.directory() + "/" + name;
      long sequence;
      try {
        sequence =
            Long.parseUnsignedLong(
                name.substring(0, name.length() - WalFormat.SUFFIX.length()), 16);
      } catch (NumberFormatException e) {
        throw new IOException("'" + path + "' is no segment of the log; move it away", e);
      }
      DiskFile file = disk.open(path);
      segments.put(sequence, new Segment(sequence, path, file, WalFormat.salt(identity, sequence)));
      // Segments get their names when they have their size.
      if (file.size() != options.segmentBytes()) {
        throw new WalDamagedException(
            path,
            file.size(),
            "the file has " + file.size() + " bytes instead of " + options.segmentBytes());
      }
      highestSequence = Math.max(highestSequence, sequence);
    }
  }

  private void classify(Segment segment) throws IOException {
    load(segment, WalFormat.FIRST_BATCH);
    SegmentHeader header = SegmentHeader.read(segment.path(), content);
    if (header == null) {
      return;
    }
    if (!header.identity().equals(identity)) {
      throw new IOException(
          "'"
              + segment.path()
              + "' belongs to "
              + header.identity()
              + ", but this is "
              + identity
              + "; start the member with the data directory that is its own");
    }
    if (header.sequence() != segment.sequence()) {
      throw new WalDamagedException(
          segment.path(), 0, "the header of segment " + header.sequence());
    }
    used.put(segment.sequence(), header);
  }

  private long highestUsed() {
    return used.isEmpty() ? 0 : used.lastKey();
  }

  /**
   * Looks for segments that are not there. Those before a missing one are left over: they were let
   * go of together with it, and only part of that outlived a crash. Whether all of that was meant
   * to go is for {@link #checkComplete} to say.
   */
  private void passGap() throws IOException {
    if (used.isEmpty()) {
      return;
    }
    for (long sequence = segments.firstKey(); sequence <= used.lastKey(); sequence++) {
      if (used.containsKey(sequence)) {
        continue;
      }
      String path = options.directory() + "/" + WalFormat.fileName(sequence);
      if (segments.containsKey(sequence)) {
        throw new WalDamagedException(path, 0, "no readable header");
      }
      missing = path;
      used.headMap(sequence).clear();
      leftOver.clear();
      leftOver.addAll(segments.headMap(sequence).values());
    }
  }

  private void removeLeftOver() throws IOException {
    for (Segment segment : leftOver) {
      segment.file().close();
      disk.remove(segment.path());
    }
    if (!leftOver.isEmpty()) {
      disk.syncDirectory(options.directory());
    }
  }

  /** Looks into a segment that should hold nothing for signs that it does. */
  private void examineUnused(Segment segment) throws IOException {
    load(segment, options.segmentBytes());
    boolean clean = true;
    for (int at = 0; at < WalFormat.FIRST_BATCH; at += 8) {
      clean &= content.getLong(at) == 0;
    }
    Position claim = claimIn(segment, 0);
    if (claim.compareTo(new Position(segment.sequence(), WalFormat.FIRST_BATCH)) > 0) {
      throw new WalDamagedException(segment.path(), 0, "no readable header");
    }
    if (!clean) {
      // The first write to it was torn: nobody was told of it.
      tornBytes += WalFormat.FIRST_BATCH;
      overwrite(segment, 0, options.segmentBytes());
    }
    unusedSegments.add(segment);
  }

  private void readUsed(Segment segment, SegmentHeader header) throws IOException {
    if (usedSegments.isEmpty()) {
      chain = header.chain();
    } else if (!header.previousEnd().equals(end) || header.chain() != chain) {
      Segment previous = usedSegments.getLast();
      throw new WalDamagedException(previous.path(), end.offset(), "a record that cannot be read");
    }
    usedSegments.add(segment);
    load(segment, options.segmentBytes());
    BatchReader reader = new BatchReader(segment.salt(), content, 0);
    int at = WalFormat.FIRST_BATCH;
    while (reader.isHeader(at) && reader.chain(at) == chain && reader.isWhole(at)) {
      Position batch = new Position(segment.sequence(), at);
      commit = Math.max(commit, reader.commit(at));
      reader.read(
          at,
          (kind, format, flags, term, index, payload) ->
              take(batch, kind, format, flags, term, index, payload));
      chain = reader.lastChecksum(at);
      at = reader.end(at);
    }
    end = new Position(segment.sequence(), at);
    if (segment.sequence() == used.lastKey()) {
      cutTornTail(segment, at);
      writeAgain(segment, at);
    }
  }

  /**
   * Makes what was read durable, as far as nothing in it says that it is. After a crash of the
   * process alone it may be in the file and not on the medium; and after a sync that failed the
   * machine may take for written what the medium never got, so that only writing it again helps.
   */
  private void writeAgain(Segment segment, int to) throws IOException {
    int from = claimedDurable.sequence() == segment.sequence() ? (int) claimedDurable.offset() : 0;
    if (from < to) {
      segment.file().write(from, content.slice(from, to - from));
    }
    segment.file().sync();
  }

  private void cutTornTail(Segment segment, int at) throws IOException {
    claimIn(segment, at);
    if (claimedDurable.compareTo(end) > 0) {
      throw new WalDamagedException(
          segment.path(),
          at,
          "a record that cannot be read, though the log was durable up to "
              + claimedDurable.offset()
              + " in segment "
              + claimedDurable.sequence());
    }
    int dirtyEnd = options.segmentBytes();
    while (dirtyEnd > at && content.getLong(dirtyEnd - 8) == 0) {
      dirtyEnd -= 8;
    }
    // Recycled segments hold old batches there, which are no torn write; but what follows a batch
    // must not be mistaken for its successor, so everything up to the last sign of this life goes.
    if (lastSign > at) {
      tornBytes += lastSign - at;
      overwrite(segment, at, Math.min(dirtyEnd, lastSign));
    } else if (at < dirtyEnd) {
      // At least the place of the next header must be free of half of one.
      overwrite(segment, at, Math.min(dirtyEnd, at + WalFormat.BATCH_HEADER_BYTES));
    }
  }

  /**
   * Searches the loaded segment from {@code from} on for batches, and what they say was durable.
   */
  private Position claimIn(Segment segment, int from) {
    BatchReader reader = new BatchReader(segment.salt(), content, 0);
    Position claim = Position.NOWHERE;
    lastSign = 0;
    for (int at = from; at + WalFormat.BATCH_HEADER_BYTES <= content.limit(); at += 8) {
      if (reader.isHeader(at)) {
        lastSign = Math.max(lastSign, Math.min(content.limit(), Math.max(at + 8, reader.end(at))));
        if (reader.durable(at).compareTo(claim) > 0) {
          claim = reader.durable(at);
        }
      }
    }
    if (claim.compareTo(claimedDurable) > 0) {
      claimedDurable = claim;
    }
    return claim;
  }

  private void take(
      Position batch,
      int kind,
      byte format,
      byte flags,
      long term,
      long index,
      ByteBuffer payload) {
    if (WalFormat.isEntry(kind)) {
      takeEntry(batch, kind, format, flags, term, index, payload);
      return;
    }
    switch (kind) {
      case WalFormat.STATE -> hardState = new HardState(term, index, 0);
      case WalFormat.BASE -> {
        if (index >= cutIndex) {
          cutIndex = index;
          cutTerm = term;
        }
        configuration = WalFormat.decodeConfiguration(payload);
        lastIndex = Math.max(lastIndex, cutIndex);
      }
      case WalFormat.SNAPSHOT -> {
        cutIndex = index;
        cutTerm = term;
        lastIndex = index;
        configuration = WalFormat.decodeConfiguration(payload);
        runs.clear();
        entries.clear();
      }
      case WalFormat.SEAL -> {} // Its batch has said what was durable.
      default -> throw new IllegalStateException("a frame of unknown kind " + kind);
    }
  }

  private void takeEntry(
      Position batch,
      int kind,
      byte format,
      byte flags,
      long term,
      long index,
      ByteBuffer payload) {
    while (!entries.isEmpty() && entries.getLast().index() >= index) {
      entries.removeLast();
    }
    bindings.removeIf(binding -> binding.index() >= index);
    runs.add(batch, index);
    lastIndex = index;
    boolean binding = kind == EntryKind.BINDING.code();
    if (index > after || binding) {
      Entry entry =
          new Entry(
              index, term, EntryKind.ofCode(kind), format, flags, Bytes.copyOf(payload), null);
      if (index > after) {
        entries.add(entry);
      }
      if (binding) {
        bindings.add(entry);
      }
    }
  }

  /** Everything behind the cut must be there: segments before the first one may have been lost. */
  private void checkComplete() throws WalDamagedException {
    if (!usedSegments.isEmpty() && runs.first(cutIndex + 1) > cutIndex + 1) {
      if (missing != null) {
        throw new WalDamagedException(missing, 0, "no file");
      }
      throw new WalDamagedException(
          usedSegments.getFirst().path(),
          WalFormat.FIRST_BATCH,
          "entry "
              + runs.first(0)
              + " is the first one, though the log was cut only at "
              + cutIndex);
    }
  }

  private void load(Segment segment, int length) throws IOException {
    content.clear().limit(length);
    while (content.hasRemaining()) {
      if (segment.file().read(content.position(), content) < 0) {
        throw new WalDamagedException(segment.path(), content.position(), "the end of the file");
      }
    }
    content.flip();
  }

  private void overwrite(Segment segment, int from, int to) throws IOException {
    if (from < to) {
      segment.file().write(from, ByteBuffer.allocate(to - from));
      segment.file().sync();
    }
  }

  private Segment require(long sequence) {
    Segment segment = segments.get(sequence);
    if (segment == null) {
      throw new IllegalStateException("segment " + sequence + " vanished while it was read");
    }
    return segment;
  }
}
