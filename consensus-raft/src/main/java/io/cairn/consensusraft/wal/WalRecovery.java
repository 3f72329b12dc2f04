// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import io.cairn.spi.environment.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
  private final WalOptions options;
  private final FoundSegments found;
  private final Replay replay;

  /** The segment that is looked at, from its beginning. */
  private final ByteBuffer content;

  private final List<Segment> usedSegments = new ArrayList<>();
  private final List<Segment> unusedSegments = new ArrayList<>();

  /** The furthest position that some record claims was durable. */
  private Position claimedDurable = Position.NOWHERE;

  /** Where the last batch ends that the latest {@link #claimIn} has seen. */
  private int lastSign;

  private Position end = Position.NOWHERE;
  private int chain;
  private long tornBytes;

  WalRecovery(Disk disk, WalOptions options, WalIdentity identity, long after) {
    this.options = options;
    this.found = new FoundSegments(disk, options, identity);
    this.replay = new Replay(after);
    this.content = ByteBuffer.allocate(options.segmentBytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Reads everything; the accessors tell what was found. */
  RecoveredLog run() throws IOException {
    found.search();
    for (Segment segment : found.ready()) {
      examineUnused(segment);
    }
    for (Map.Entry<Long, SegmentHeader> segment : found.used().entrySet()) {
      readUsed(found.require(segment.getKey()), segment.getValue());
    }
    checkComplete();
    found.removeLeftOver();
    return replay.result(found.used().isEmpty(), tornBytes);
  }

  /** Closes all segments that were found: there is to be no log. */
  @Override
  public void close() throws IOException {
    found.close();
  }

  List<Segment> usedSegments() {
    return usedSegments;
  }

  List<Segment> unusedSegments() {
    return unusedSegments;
  }

  RunIndex runs() {
    return replay.runs();
  }

  /** Where the log goes on, and the chain there. */
  Position end() {
    return end;
  }

  int chain() {
    return chain;
  }

  long highestSequence() {
    return found.highestSequence();
  }

  /** Looks into a segment that should hold nothing for signs that it does. */
  private void examineUnused(Segment segment) throws IOException {
    load(segment);
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
    load(segment);
    BatchReader reader = new BatchReader(segment.salt(), content, 0);
    int at = WalFormat.FIRST_BATCH;
    while (reader.isHeader(at) && reader.chain(at) == chain && reader.isWhole(at)) {
      replay.take(reader, at, new Position(segment.sequence(), at));
      chain = reader.lastChecksum(at);
      at = reader.end(at);
    }
    end = new Position(segment.sequence(), at);
    if (segment.sequence() == found.used().lastKey()) {
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

  /** Everything behind the cut must be there: segments before the first one may have been lost. */
  private void checkComplete() throws WalDamagedException {
    if (usedSegments.isEmpty() || replay.isComplete()) {
      return;
    }
    String missing = found.missing();
    if (missing != null) {
      throw new WalDamagedException(missing, 0, "no file");
    }
    throw new WalDamagedException(
        usedSegments.getFirst().path(),
        WalFormat.FIRST_BATCH,
        "entry "
            + replay.runs().first(0)
            + " is the first one, though the log was cut only at "
            + replay.cutIndex());
  }

  private void load(Segment segment) throws IOException {
    segment.read(0, content.clear());
    content.flip();
  }

  private void overwrite(Segment segment, int from, int to) throws IOException {
    if (from < to) {
      segment.file().write(from, ByteBuffer.allocate(to - from));
      segment.file().sync();
    }
  }
}
