// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The segments that are there when a log is opened, all of them open: those in use, a gapless
 * sequence; those behind them, which are ready; and those before a gap, which are left over.
 */
final class FoundSegments implements AutoCloseable {
  private final Disk disk;
  private final WalOptions options;
  private final WalIdentity identity;
  private final TreeMap<Long, Segment> segments = new TreeMap<>();
  private final TreeMap<Long, SegmentHeader> used = new TreeMap<>();
  private final List<Segment> leftOver = new ArrayList<>();
  private @Nullable String missing;

  FoundSegments(Disk disk, WalOptions options, WalIdentity identity) {
    this.disk = disk;
    this.options = options;
    this.identity = identity;
  }

  /** Looks for them; to be called once. Whatever it throws, what it has opened is to be closed. */
  void search() throws IOException {
    for (String name : disk.list(options.directory())) {
      if (name.endsWith(WalFormat.SUFFIX)) {
        open(name);
      }
    }
    for (Segment segment : segments.values()) {
      classify(segment);
    }
    passGap();
  }

  private void open(String name) throws IOException {
    String path = options.directory() + "/" + name;
    long sequence;
    try {
      sequence =
          Long.parseUnsignedLong(name.substring(0, name.length() - WalFormat.SUFFIX.length()), 16);
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
  }

  private void classify(Segment segment) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(WalFormat.FIRST_BATCH).order(ByteOrder.LITTLE_ENDIAN);
    segment.read(0, head);
    SegmentHeader header = SegmentHeader.read(segment.path(), head.flip());
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

  /**
   * Looks for segments that are not there. Those before a missing one are left over: they were let
   * go of together with it, and only part of that outlived a crash. Whether all of that was meant
   * to go, the records that remain have to say.
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

  /** What those in use begin with, by sequence. */
  NavigableMap<Long, SegmentHeader> used() {
    return used;
  }

  /** Those behind the ones in use. */
  Collection<Segment> ready() {
    return segments.tailMap(used.isEmpty() ? 0 : used.lastKey(), false).values();
  }

  /** One of those that were found. */
  Segment require(long sequence) {
    Segment segment = segments.get(sequence);
    if (segment == null) {
      throw new IllegalStateException("segment " + sequence + " vanished while it was read");
    }
    return segment;
  }

  /** A segment that should be there, between others; null if none is missing. */
  @Nullable String missing() {
    return missing;
  }

  /** The highest sequence of all, 0 if there are none. */
  long highestSequence() {
    return segments.isEmpty() ? 0 : segments.lastKey();
  }

  /** Removes those before a gap, which nobody needs. */
  void removeLeftOver() throws IOException {
    for (Segment segment : leftOver) {
      segment.file().close();
      disk.remove(segment.path());
    }
    if (!leftOver.isEmpty()) {
      disk.syncDirectory(options.directory());
    }
  }

  @Override
  public void close() throws IOException {
    for (Segment segment : segments.values()) {
      segment.file().close();
    }
  }
}
