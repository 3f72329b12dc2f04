// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.DiskFile;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.ThreadSafe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps segments ready, so that the log never waits for a file to be made: overwriting a file whose
 * blocks exist syncs in two thirds of the time of extending one, and making one costs a hundred
 * syncs.
 *
 * <p>Segments are made on the background lane, from files that were cut off or from nothing. One
 * that is taken while none is ready is made at once, on the caller's lane; that is counted.
 */
@ThreadSafe
final class SegmentPreparer {
  private static final String PREPARING = "preparing.tmp";
  private static final String SPARE_PREFIX = "spare-";
  private static final int CHUNK_BYTES = 256 << 10;

  private final Disk disk;
  private final WalOptions options;
  private final WalIdentity identity;
  private final Lane background;
  private final EventLog log;

  // Bounded by readyMin; filled under the making lock, in the order of sequences; emptied by the
  // log.
  private final ConcurrentLinkedQueue<Segment> ready = new ConcurrentLinkedQueue<>();
  // One refill is under way at most: set by whoever schedules it, cleared by the refill as it
  // begins.
  private final AtomicBoolean refilling = new AtomicBoolean();
  // Read by whoever reports; written by the log's lane.
  private final AtomicLong stalls = new AtomicLong();

  // Held while a segment is made, by the background lane or by the log when none was ready.
  private final Object making = new Object();
  private final Deque<String> spares = new ArrayDeque<>();
  private long nextSequence;
  private boolean closed;

  SegmentPreparer(
      Disk disk, WalOptions options, WalIdentity identity, Lane background, EventLog log) {
    this.disk = disk;
    this.options = options;
    this.identity = identity;
    this.background = background;
    this.log = log;
  }

  /** Takes over what recovery found: unused segments in order, and files to be recycled. */
  void adopt(long next, List<Segment> unused) throws IOException {
    synchronized (making) {
      nextSequence = next;
      ready.addAll(unused);
      disk.remove(path(PREPARING));
      for (String name : disk.list(options.directory())) {
        if (name.startsWith(SPARE_PREFIX)) {
          spares.add(path(name));
        }
      }
    }
  }

  /** Makes at least {@code count} segments ready before it returns, and the rest later. */
  void start(int count) throws IOException {
    synchronized (making) {
      while (ready.size() < count) {
        ready.add(make());
      }
    }
    refillLater();
  }

  /** The next segment, which belongs to the caller. */
  Segment take() throws IOException {
    Segment segment = ready.poll();
    if (segment == null) {
      synchronized (making) {
        segment = ready.poll();
        if (segment == null) {
          stalls.incrementAndGet();
          segment = make();
        }
      }
    }
    refillLater();
    return segment;
  }

  /** How often the log had to wait for a segment to be made. */
  long stalls() {
    return stalls.get();
  }

  /** Takes back segments that the log has no use for; nothing reads them any more. */
  void recycle(List<Segment> obsolete) {
    background.execute(() -> {
      try {
        synchronized (making) {
          retire(obsolete);
        }
      } catch (IOException e) {
        log.warn("cannot recycle log segments", field("error", String.valueOf(e)));
      }
      refillLater();
    });
  }

  /** Closes what is ready. What the background lane still has to do moves no files any more. */
  void close() throws IOException {
    synchronized (making) {
      closed = true;
      for (Segment segment = ready.poll(); segment != null; segment = ready.poll()) {
        segment.file().close();
      }
    }
  }

  private void refillLater() {
    if (ready.size() < options.readyMin() && refilling.compareAndSet(false, true)) {
      background.execute(this::refill);
    }
  }

  private void refill() {
    refilling.set(false);
    try {
      for (boolean more = true; more; ) {
        synchronized (making) {
          more = !closed && ready.size() < options.readyMin();
          if (more) {
            ready.add(make());
          }
        }
      }
    } catch (IOException e) {
      // The log will try again when it needs the segment, and end the process if that fails too.
      log.warn("cannot prepare a log segment", field("error", String.valueOf(e)));
    }
  }

  private void retire(List<Segment> obsolete) throws IOException {
    List<String> renamed = new ArrayList<>();
    for (Segment segment : obsolete) {
      segment.file().close();
      if (closed) {
        continue; // The next life of the log lets go of it.
      }
      // One spare beyond those that are ready is enough: the log is cut about as fast as it grows.
      if (spares.size() + renamed.size() > options.readyMin()) {
        disk.remove(segment.path());
      } else {
        String spare = path(SPARE_PREFIX + Long.toHexString(segment.sequence()));
        disk.rename(segment.path(), spare);
        renamed.add(spare);
      }
      // One by one, so that a crash leaves no gap between those that are back and those in use.
      disk.syncDirectory(options.directory());
    }
    // Only now: until the new names are durable a crash may bring the old ones back, and with them
    // the headers that overwriting the spares destroys.
    spares.addAll(renamed);
  }

  private Segment make() throws IOException {
    long sequence = nextSequence;
    String path = path(WalFormat.fileName(sequence));
    String source = recycled();
    if (source == null) {
      source = path(PREPARING);
      disk.remove(source);
      try (DiskFile file = disk.create(source)) {
        zero(file, options.segmentBytes());
      }
    }
    disk.rename(source, path);
    disk.syncDirectory(options.directory());
    nextSequence = sequence + 1;
    return new Segment(sequence, path, disk.open(path), WalFormat.salt(identity, sequence));
  }

  /** A spare without its header, or null. */
  private @Nullable String recycled() throws IOException {
    for (String spare = spares.poll(); spare != null; spare = spares.poll()) {
      try (DiskFile file = disk.open(spare)) {
        if (file.size() == options.segmentBytes()) {
          // The batches may stay: they are salted with another sequence.
          zero(file, WalFormat.FIRST_BATCH);
          return spare;
        }
      }
      disk.remove(spare);
    }
    return null;
  }

  private static void zero(DiskFile file, int length) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect(Math.min(length, CHUNK_BYTES));
    for (int at = 0; at < length; at += CHUNK_BYTES) {
      zeros.clear().limit(Math.min(CHUNK_BYTES, length - at));
      file.write(at, zeros);
    }
    file.sync();
  }

  private String path(String name) {
    return options.directory() + "/" + name;
  }
}
