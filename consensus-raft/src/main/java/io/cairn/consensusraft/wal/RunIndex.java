// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * Where the entries of the log are, coarsely: the log as consecutive runs of entries, each
 * beginning with some batch of a segment. Reading an entry scans on from the beginning of its run.
 */
final class RunIndex {
  // Between one descriptor per batch, which a single busy client would make many, and one per
  // segment, which would make reading back slow.
  private static final int RUN_BYTES = 128 << 10;

  /** Entries first..last, beginning in the batch at {@code position}. */
  static final class Run {
    final Position position;
    final long first;
    long last;
    private boolean closed;

    Run(Position position, long first) {
      this.position = position;
      this.first = first;
      this.last = first - 1;
    }
  }

  private final Deque<Run> runs = new ArrayDeque<>();

  /** An entry stands in the batch at {@code batch}; it replaces those from its index on. */
  void add(Position batch, long index) {
    Run last = runs.peekLast();
    if (last != null && index <= last.last) {
      truncateFrom(index);
      last = null;
    }
    if (last == null
        || last.closed
        || last.position.sequence() != batch.sequence()
        || batch.offset() - last.position.offset() > RUN_BYTES) {
      last = new Run(batch, index);
      runs.addLast(last);
    }
    last.last = index;
  }

  private void truncateFrom(long index) {
    while (!runs.isEmpty() && runs.getLast().first >= index) {
      runs.removeLast();
    }
    Run last = runs.peekLast();
    if (last != null && last.last >= index) {
      // What follows stands elsewhere: the rest of this run's batches is void.
      last.last = index - 1;
      last.closed = true;
    }
  }

  void clear() {
    runs.clear();
  }

  /** The first index, or {@code none} if there are no entries. */
  long first(long none) {
    return runs.isEmpty() ? none : runs.getFirst().first;
  }

  /** The last index, or {@code none} if there are no entries. */
  long last(long none) {
    return runs.isEmpty() ? none : runs.getLast().last;
  }

  /** The run that holds {@code index} and those behind it. */
  List<Run> from(long index) {
    List<Run> result = new ArrayList<>();
    for (Run run : runs) {
      if (run.last >= index) {
        result.add(run);
      }
    }
    return result;
  }

  /** The first index in the segments from {@code sequence} on; one behind the last if none is. */
  long firstFrom(long sequence) {
    for (Run run : runs) {
      if (run.position.sequence() >= sequence) {
        return run.first;
      }
    }
    return last(0) + 1;
  }

  void removeBefore(long sequence) {
    for (Iterator<Run> i = runs.iterator(); i.hasNext(); ) {
      if (i.next().position.sequence() < sequence) {
        i.remove();
      }
    }
  }
}
