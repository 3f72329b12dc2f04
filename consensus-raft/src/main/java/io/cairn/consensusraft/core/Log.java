// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import io.cairn.spi.environment.InvariantViolation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The end of the log: the entries behind {@code base} up to {@code last}, in memory.
 *
 * <p>Older entries are in stable storage down to {@code cut}; what neither holds only a snapshot
 * can replace. Everything that is not yet applied is always in memory: {@code base <= applied}.
 */
final class Log {
  // Entry i is at i & (ring.length - 1); the length is a power of two.
  private @Nullable Entry[] ring;
  private long base;
  private long baseTerm;
  private long last;
  private long bytes;
  private long cut;

  /** The last index that was handed out to be persisted. */
  private long persisted;

  /** The lowest index that was handed out before and is void now; 0 for none. */
  private long truncatedFrom;

  Log(long base, long baseTerm, long cut) {
    this.ring = new Entry[64];
    this.base = base;
    this.baseTerm = baseTerm;
    this.last = base;
    this.persisted = base;
    this.cut = cut;
  }

  private Log(Log other) {
    this.ring = other.ring.clone();
    this.base = other.base;
    this.baseTerm = other.baseTerm;
    this.last = other.last;
    this.bytes = other.bytes;
    this.cut = other.cut;
    this.persisted = other.persisted;
    this.truncatedFrom = other.truncatedFrom;
  }

  Log copy() {
    return new Log(this);
  }

  long base() {
    return base;
  }

  long last() {
    return last;
  }

  long lastTerm() {
    return term(last);
  }

  long cut() {
    return cut;
  }

  /** The term at {@code index}, or -1 if it is not in memory. */
  long term(long index) {
    if (index == base) {
      return baseTerm;
    }
    return index > base && index <= last ? entry(index).term() : -1;
  }

  /** The entry at an index that is in memory. */
  Entry entry(long index) {
    Entry entry = index > base && index <= last ? ring[slot(index)] : null;
    if (entry == null) {
      throw new InvariantViolation("entry " + index + " outside (" + base + ", " + last + "]");
    }
    return entry;
  }

  void append(Entry entry) {
    InvariantViolation.check(entry.index() == last + 1, "an entry must follow the last one");
    if (last - base == ring.length) {
      grow();
    }
    last++;
    ring[slot(last)] = entry;
    bytes += entry.weight();
  }

  /** Puts another value for the same entry in place, such as one without its origin. */
  void replace(Entry entry) {
    ring[slot(entry.index())] = entry;
  }

  /** Forgets the entries from {@code from} on, unless a leader brings them back. */
  void truncateFrom(long from, EffectsBuilder out) {
    InvariantViolation.check(from > base, "the log is never cut into its applied part");
    for (long index = last; index >= from; index--) {
      Entry entry = entry(index);
      out.dropEntry(entry, Effects.DropReason.DISPLACED);
      bytes -= entry.weight();
      ring[slot(index)] = null;
    }
    last = from - 1;
    if (persisted >= from) {
      persisted = from - 1;
      truncatedFrom = truncatedFrom == 0 ? from : Math.min(truncatedFrom, from);
    }
  }

  /** Starts over behind a snapshot. Origins beyond {@code handedOut} have an unknown fate. */
  void resetTo(long index, long term, long handedOut, EffectsBuilder out) {
    for (long i = base + 1; i <= last; i++) {
      if (i > handedOut) {
        out.dropEntry(entry(i), Effects.DropReason.UNKNOWN);
      }
      ring[slot(i)] = null;
    }
    base = index;
    baseTerm = term;
    last = index;
    persisted = index;
    truncatedFrom = 0;
    cut = index;
    bytes = 0;
  }

  /** Lets go of the oldest entries up to {@code to} while more than {@code bytesMax} are held. */
  void trim(long to, long bytesMax) {
    while (base < to && bytes > bytesMax) {
      Entry oldest = entry(base + 1);
      ring[slot(base + 1)] = null;
      bytes -= oldest.weight();
      base = oldest.index();
      baseTerm = oldest.term();
    }
  }

  void cutTo(long index) {
    cut = Math.max(cut, index);
  }

  /** The entries from {@code from} on, at least one if there is one, at most {@code bytesMax}. */
  List<Entry> slice(long from, long bytesMax) {
    int size = 0;
    long weight = 0;
    while (from + size <= last) {
      weight += entry(from + size).weight();
      if (size > 0 && weight > bytesMax) {
        break;
      }
      size++;
    }
    List<Entry> entries = new ArrayList<>(size);
    for (long index = from; index < from + size; index++) {
      entries.add(entry(index));
    }
    return entries;
  }

  /**
   * The highest index up to {@code hint} where an entry of at most {@code term} stands; {@code
   * floor} if memory does not reach back that far.
   */
  long lastWithTermAtMost(long hint, long term, long floor) {
    long index = Math.min(hint, last);
    while (index > base && term(index) > term) {
      index--;
    }
    return index > base || (index == base && baseTerm <= term) ? index : floor;
  }

  boolean hasUnpersisted() {
    return persisted < last || truncatedFrom != 0;
  }

  /** The entries not yet handed out to be persisted; they count as handed out from now on. */
  List<Entry> takeUnpersisted() {
    List<Entry> entries = slice(persisted + 1, Long.MAX_VALUE);
    persisted = last;
    return entries;
  }

  long takeTruncatedFrom() {
    long from = truncatedFrom;
    truncatedFrom = 0;
    return from;
  }

  /** Takes what was found in stable storage at start for persisted. */
  void allPersisted() {
    persisted = last;
  }

  void addTo(Fingerprint print) {
    print.add(base).add(baseTerm).add(last).add(cut).add(persisted).add(truncatedFrom);
    for (long index = base + 1; index <= last; index++) {
      print.add(entry(index));
    }
  }

  private int slot(long index) {
    return (int) index & (ring.length - 1);
  }

  private void grow() {
    @Nullable Entry[] old = ring;
    ring = new Entry[old.length * 2];
    for (long index = base + 1; index <= last; index++) {
      ring[slot(index)] = old[(int) index & (old.length - 1)];
    }
  }
}
