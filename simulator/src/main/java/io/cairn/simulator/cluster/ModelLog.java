// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.cluster;

import io.cairn.consensusraft.core.Effects.Persist;
import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.SnapshotPoint;
import io.cairn.spi.environment.OnLane;
import java.util.Arrays;

/** What a log should hold: the term of every entry behind a state that holds the rest. */
@OnLane("simulation")
final class ModelLog {
  /** No entry, or one of which nothing is known. */
  static final long NONE = -1;

  private long base;
  private long baseTerm;
  private long[] terms = new long[64];
  private int size;

  /** The last entry that the state holds. */
  long base() {
    return base;
  }

  long last() {
    return base + size;
  }

  /** The term of an entry, or {@link #NONE}. */
  long term(long index) {
    if (index == base) {
      return baseTerm;
    }
    return index < base || index > last() ? NONE : terms[(int) (index - base - 1)];
  }

  /** Whether the effect of this entry is not lost with the state and this log. */
  boolean holds(long index, long term) {
    return index < base || term(index) == term;
  }

  void reset(long index, long term) {
    base = index;
    baseTerm = term;
    size = 0;
  }

  /** Removes everything behind {@code index}. */
  void cutOffAfter(long index) {
    size = Math.clamp(index - base, 0, size);
  }

  /** Appends the entry behind the last one. */
  void append(long index, long term) {
    if (index != last() + 1) {
      throw new Broken("C1", "entry " + index + " is appended behind " + last());
    }
    if (size == terms.length) {
      terms = Arrays.copyOf(terms, 2 * size);
    }
    terms[size++] = term;
  }

  /** Does what the core wants done. */
  void take(Persist persist) {
    SnapshotPoint snapshot = persist.snapshot();
    if (snapshot != null) {
      reset(snapshot.index(), snapshot.term());
    }
    if (persist.truncateFrom() != 0) {
      cutOffAfter(persist.truncateFrom() - 1);
    }
    for (Entry entry : persist.entries()) {
      append(entry.index(), entry.term());
    }
  }

  void become(ModelLog other) {
    base = other.base;
    baseTerm = other.baseTerm;
    terms = other.terms.clone();
    size = other.size;
  }

  @Override
  public String toString() {
    return "(" + base + ", " + last() + "]";
  }
}
