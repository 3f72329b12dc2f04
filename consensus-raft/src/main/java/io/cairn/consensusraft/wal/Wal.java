// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects.Persist;
import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.HardState;
import io.cairn.consensusraft.core.SnapshotPoint;
import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The open log.
 *
 * <p>What {@link #append} takes goes into a buffer and, at {@link #sync}, to the file with one
 * write and one sync. Everything before a sync that returned survives a power cut; everything since
 * may be lost, but only from the end.
 *
 * <p><b>Threads.</b> One at a time, the log lane. <b>Failure.</b> An {@link IOException} is final:
 * nobody knows any more what the disk holds, and the process has to end.
 */
@OnLane("log")
public final class Wal implements AutoCloseable {
  // Larger persists go out in several writes before their one sync.
  private static final int BUFFER_BYTES = 4 << 20;
  private static final int INITIAL_BUFFER_BYTES = 256 << 10;

  private final WalOptions options;
  private final WalIdentity identity;
  private final SegmentPreparer preparer;
  private final BatchWriter writer = new BatchWriter(INITIAL_BUFFER_BYTES);
  private final RunIndex runs;
  private final RecoveredLog recovered;

  /** In use, ascending; the last one is written to. */
  private final Deque<Segment> segments = new ArrayDeque<>();

  /** Cut off, but the record that says so is not durable yet. */
  private final List<Segment> obsolete = new ArrayList<>();

  /** Where the next write goes in the current segment; what is buffered comes on top. */
  private long offset;

  /** Where the open batch will begin in the current segment. */
  private long batchOffset;

  private boolean batchOpen;
  private boolean unsynced;
  private boolean sealed;
  private int chain;
  private Position durable;
  private HardState hardState;
  private long cutIndex;
  private long cutTerm;
  private Configuration configuration;

  private Wal(
      WalOptions options,
      WalIdentity identity,
      SegmentPreparer preparer,
      WalRecovery recovery,
      RecoveredLog recovered) {
    this.options = options;
    this.identity = identity;
    this.preparer = preparer;
    this.recovered = recovered;
    this.runs = recovery.runs();
    this.segments.addAll(recovery.usedSegments());
    this.offset = recovery.end().offset();
    this.chain = recovery.chain();
    this.durable = recovery.end();
    this.hardState = recovered.hardState();
    this.cutIndex = recovered.cutIndex();
    this.cutTerm = recovered.cutTerm();
    Configuration recorded = recovered.configuration();
    this.configuration = recorded == null ? Configuration.EMPTY : recorded;
  }

  /**
   * Opens the log, making it if there is none.
   *
   * @param background where segments are prepared
   * @param after the index behind which entries are needed
   * @throws WalDamagedException if something that was durable is not there
   */
  public static Wal open(
      Disk disk,
      WalOptions options,
      WalIdentity identity,
      Lane background,
      EventLog log,
      long after)
      throws IOException {
    disk.createDirectories(options.directory());
    // An earlier life of the process may have seen names that the medium has not.
    int parent = options.directory().lastIndexOf('/');
    if (parent > 0) {
      disk.syncDirectory(options.directory().substring(0, parent));
    }
    disk.syncDirectory(options.directory());
    SegmentPreparer preparer = new SegmentPreparer(disk, options, identity, background, log);
    WalRecovery recovery = new WalRecovery(disk, options, identity, after);
    boolean isOpen = false;
    try {
      RecoveredLog recovered = recovery.run();
      preparer.adopt(recovery.highestSequence() + 1, recovery.unusedSegments());
      // An empty log takes its first segment with the first write.
      preparer.start(recovered.fresh() ? 2 : 1);
      isOpen = true;
      return new Wal(options, identity, preparer, recovery, recovered);
    } finally {
      if (!isOpen) {
        preparer.close();
        recovery.close();
      }
    }
  }

  /**
   * The last index that is no longer in the log, without opening it for use; 0 if there is none.
   *
   * @throws WalDamagedException if something that was durable is not there
   */
  public static long begin(Disk disk, WalOptions options, WalIdentity identity) throws IOException {
    try (WalRecovery recovery = new WalRecovery(disk, options, identity, Long.MAX_VALUE)) {
      return recovery.run().cutIndex();
    }
  }

  /** What was found when the log was opened. */
  public RecoveredLog recovered() {
    return recovered;
  }

  /** Takes what is to be persisted; durable after the next {@link #sync}. */
  public void append(Persist persist) throws IOException {
    SnapshotPoint snapshot = persist.snapshot();
    HardState state = persist.hardState();
    boolean stateChanged = state.term() != hardState.term() || state.vote() != hardState.vote();
    InvariantViolation.check(
        persist.truncateFrom() == 0 || !persist.entries().isEmpty(),
        "entries are made void only by others in their place");
    hardState = state;
    if (snapshot != null) {
      takeSnapshot(snapshot);
    }
    if (stateChanged) {
      addState();
    }
    for (Entry entry : persist.entries()) {
      Bytes payload = entry.payload();
      add(entry.kind().code(), entry.format(), entry.flags(), entry.term(), entry.index(), payload);
    }
  }

  /** Writes what was taken and makes it durable. */
  public void sync() throws IOException {
    write();
    if (unsynced) {
      current().file().sync();
      unsynced = false;
      durable = new Position(current().sequence(), offset);
    }
    if (!obsolete.isEmpty()) {
      preparer.recycle(List.copyOf(obsolete));
      obsolete.clear();
    }
  }

  /**
   * Records that everything so far is durable, if that is not the last thing recorded.
   *
   * @param commit the commit index as of now
   */
  public void seal(long commit) throws IOException {
    if (sealed || segments.isEmpty()) {
      return;
    }
    sync();
    hardState = new HardState(hardState.term(), hardState.vote(), commit);
    add(WalFormat.SEAL, (byte) 0, (byte) 0, hardState.term(), 0, Bytes.EMPTY);
    sync();
    sealed = true;
  }

  /**
   * Lets go of whole segments in which every entry is at or below {@code index}. Durable, and the
   * segments recycled, after the next {@link #sync}.
   *
   * @param membership the configuration now in force, to be recorded
   * @return the last index that is no longer in the log
   */
  public long cut(long index, Configuration membership) throws IOException {
    if (segments.isEmpty()) {
      return cutIndex;
    }
    long keepFrom = keptFrom(index);
    if (keepFrom == segments.getFirst().sequence()) {
      return cutIndex;
    }
    // What was written so far must find its segment.
    write();
    long newCut = Math.max(cutIndex, runs.firstFrom(keepFrom) - 1);
    cutTerm = termAt(newCut);
    cutIndex = newCut;
    configuration = membership;
    runs.removeBefore(keepFrom);
    while (segments.getFirst().sequence() < keepFrom) {
      obsolete.add(segments.removeFirst());
    }
    addBase();
    return cutIndex;
  }

  /** The last index in front of the segments that together have about {@code bytes}. */
  public long endBefore(long bytes) {
    if (segments.isEmpty()) {
      return cutIndex;
    }
    return runs.firstFrom(current().sequence() - bytes / options.segmentBytes()) - 1;
  }

  /** The last index that is not in the log any more. */
  public long cutIndex() {
    return cutIndex;
  }

  /** The term of an entry in the log, or at the cut. */
  public long termAt(long index) throws IOException {
    if (index == cutIndex) {
      return cutTerm;
    }
    return read(index, 1).getFirst().term();
  }

  /**
   * Reads entries back, at least one, those from {@code from} on until {@code bytesMax} are
   * exceeded.
   *
   * @throws IllegalArgumentException if the log does not hold {@code from}
   */
  public List<Entry> read(long from, long bytesMax) throws IOException {
    if (from <= cutIndex || from > runs.last(cutIndex)) {
      throw new IllegalArgumentException(
          "the log holds (" + cutIndex + ", " + runs.last(cutIndex) + "], not " + from);
    }
    write();
    return new WalReader(segments).read(runs.from(from), from, bytesMax);
  }

  /** How often a write had to wait for a segment to be made. */
  public long stalls() {
    return preparer.stalls();
  }

  /** Closes the files. What was not synced may be lost. */
  @Override
  public void close() throws IOException {
    preparer.close();
    segments.addAll(obsolete);
    for (Segment segment : segments) {
      segment.file().close();
    }
  }

  private void takeSnapshot(SnapshotPoint snapshot) throws IOException {
    // As with a replacement: entries behind the state are never in one batch with those before it.
    write();
    cutIndex = snapshot.index();
    cutTerm = snapshot.term();
    configuration = snapshot.configuration();
    add(
        WalFormat.SNAPSHOT,
        (byte) 0,
        (byte) 0,
        snapshot.term(),
        snapshot.index(),
        Bytes.of(WalFormat.encode(configuration)));
    runs.clear();
    while (segments.size() > 1) {
      obsolete.add(segments.removeFirst());
    }
  }

  private void addState() throws IOException {
    add(WalFormat.STATE, (byte) 0, (byte) 0, hardState.term(), hardState.vote(), Bytes.EMPTY);
  }

  private void addBase() throws IOException {
    Bytes membership = Bytes.of(WalFormat.encode(configuration));
    add(WalFormat.BASE, (byte) 0, (byte) 0, cutTerm, cutIndex, membership);
  }

  private void add(int kind, byte format, byte flags, long term, long index, Bytes payload)
      throws IOException {
    int size = WalFormat.frameBytes(payload.length());
    boolean entry = WalFormat.isEntry(kind);
    // An entry and its replacement are never in one batch, so that readers find the right one.
    boolean replaces = entry && index <= runs.last(index - 1);
    if (batchOpen
        && (replaces
            || offset + writer.size() + size > options.segmentBytes()
            || writer.size() + size > BUFFER_BYTES)) {
      write();
    }
    if (!batchOpen) {
      openBatch(size);
    }
    if (entry) {
      runs.add(new Position(current().sequence(), batchOffset), index);
    }
    writer.add(
        kind, format, flags, term, index, payload.array(), payload.offset(), payload.length());
    sealed = false;
  }

  private void openBatch(int firstFrame) throws IOException {
    batchOpen = true;
    if (!segments.isEmpty()
        && offset + WalFormat.BATCH_HEADER_BYTES + firstFrame <= options.segmentBytes()) {
      batchOffset = offset;
      writer.begin();
      if (offset == WalFormat.FIRST_BATCH) {
        // The segment was taken into use, but its first batch was torn.
        addBase();
        addState();
      }
      return;
    }
    Position end = Position.NOWHERE;
    if (!segments.isEmpty()) {
      end = new Position(current().sequence(), offset);
      if (unsynced) {
        // A segment may be in use only if all before it is durable, or a crash could leave a gap.
        current().file().sync();
        durable = end;
      }
    }
    Segment next = preparer.take();
    segments.addLast(next);
    offset = 0;
    batchOffset = WalFormat.FIRST_BATCH;
    writer.begin(new SegmentHeader(identity, next.sequence(), end, chain));
    addBase();
    addState();
    InvariantViolation.check(
        writer.size() + firstFrame <= options.segmentBytes(), "an entry must fit into a segment");
  }

  private void write() throws IOException {
    if (!batchOpen) {
      return;
    }
    batchOpen = false;
    Segment segment = current();
    chain = writer.finish(segment.salt(), batchOffset, durable, hardState.commit(), chain);
    ByteBuffer bytes = writer.buffer();
    int length = bytes.remaining();
    segment.file().write(offset, bytes);
    offset += length;
    unsynced = true;
  }

  private Segment current() {
    return segments.getLast();
  }

  /** The first segment that has to stay when entries up to {@code index} may go. */
  private long keptFrom(long index) {
    long keep = current().sequence();
    for (RunIndex.Run run : runs.from(index + 1)) {
      keep = Math.min(keep, run.position.sequence());
    }
    return keep;
  }
}
