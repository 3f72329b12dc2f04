// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.records;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers events into as few runs as possible: an event that lies behind the previous one in the
 * same array lengthens its run.
 */
@OnLane("owner")
public final class EventRuns {

  private final List<Bytes> runs = new ArrayList<>();
  private byte[] array = {};
  private int from;
  private int to;
  private long bytes;

  /** Appends a run. */
  @SuppressWarnings("ReferenceEquality") // runs are joined if they lie in the very same array
  public void add(Bytes run) {
    bytes += run.length();
    if (run.array() == array && run.offset() == to) {
      to += run.length();
      return;
    }
    seal();
    array = run.array();
    from = run.offset();
    to = from + run.length();
  }

  /**
   * A state to which {@link #rewind} leads back.
   *
   * @param sealed the runs that will not grow any more
   * @param open the run that may, possibly empty
   * @param bytes the number of bytes gathered
   */
  public record Mark(int sealed, Bytes open, long bytes) {}

  /** The present state. */
  public Mark mark() {
    return new Mark(runs.size(), Bytes.of(array, from, to - from), bytes);
  }

  /** Takes back everything that was appended since {@code mark}. */
  public void rewind(Mark mark) {
    runs.subList(mark.sealed(), runs.size()).clear();
    array = mark.open().array();
    from = mark.open().offset();
    to = from + mark.open().length();
    bytes = mark.bytes();
  }

  private void seal() {
    if (to > from) {
      runs.add(Bytes.of(array, from, to - from));
    }
    from = to;
  }

  /** The number of bytes gathered. */
  public long bytes() {
    return bytes;
  }

  /** What was gathered; nothing may be added afterwards. */
  public List<Bytes> finish() {
    seal();
    return runs;
  }
}
