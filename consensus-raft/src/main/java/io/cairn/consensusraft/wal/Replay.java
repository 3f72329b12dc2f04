// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.EntryKind;
import io.cairn.consensusraft.core.HardState;
import io.cairn.spi.store.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the records of a log, read in order, add up to. */
final class Replay {
  private final long after;
  private final RunIndex runs = new RunIndex();
  private final List<Entry> entries = new ArrayList<>();
  private final List<Entry> bindings = new ArrayList<>();
  private HardState hardState = HardState.INITIAL;
  private long commit;
  private long cutIndex;
  private long cutTerm;
  private long lastIndex;
  private @Nullable Configuration configuration;

  /** An empty log, of which the entries behind {@code after} are wanted. */
  Replay(long after) {
    this.after = after;
  }

  /** Takes the batch at {@code at} in, which is whole and stands at {@code position}. */
  void take(BatchReader reader, int at, Position position) {
    commit = Math.max(commit, reader.commit(at));
    reader.read(
        at,
        (kind, format, flags, term, index, payload) ->
            take(position, kind, format, flags, term, index, payload));
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

  /** Where the entries are. */
  RunIndex runs() {
    return runs;
  }

  /** The last index that is not in the log any more. */
  long cutIndex() {
    return cutIndex;
  }

  /** Whether everything behind the cut is there. */
  boolean isComplete() {
    return runs.first(cutIndex + 1) <= cutIndex + 1;
  }

  /** What was found, in a log that was never written to if it is {@code fresh}. */
  RecoveredLog result(boolean fresh, long tornBytes) {
    return new RecoveredLog(
        fresh,
        new HardState(hardState.term(), hardState.vote(), Math.max(commit, cutIndex)),
        cutIndex,
        cutTerm,
        lastIndex,
        configuration,
        entries,
        bindings,
        tornBytes);
  }
}
