// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

/** A place in the log: a segment and an offset in it. */
record Position(long sequence, long offset) implements Comparable<Position> {
  static final Position NOWHERE = new Position(0, 0);

  @Override
  public int compareTo(Position other) {
    int bySegment = Long.compare(sequence, other.sequence);
    return bySegment != 0 ? bySegment : Long.compare(offset, other.offset);
  }
}
