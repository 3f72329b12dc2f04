// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.check;

import io.cairn.simulator.history.Call;
import io.cairn.simulator.history.Operation;
import io.cairn.simulator.history.Outcome;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Compare;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.DeleteResult;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.OperationResult;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeRequest.SortOrder;
import io.cairn.spi.store.RangeRequest.SortTarget;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.TxnRequest;
import io.cairn.spi.store.TxnResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a few keys may hold at some moment, as far as histories alone can tell: revisions are known
 * only of what was answered. Immutable; states that differ in nothing but the revision share cells.
 */
final class KeyState {
  static final KeyState EMPTY = new KeyState(new TreeMap<>(), 0, 0);

  /** The modification revision is not known. */
  private static final long UNKNOWN = -1;

  /**
   * The revision of something that takes effect.
   *
   * @param known what it is, or 0
   * @param above if it is not known: more than this
   * @param upTo and at most this
   */
  record When(long known, long above, long upTo) {}

  /** The keys that are present; never changed. */
  private final NavigableMap<Bytes, Cell> cells;

  /** The sum of the prints of all cells. */
  private final long cellsPrint;

  /** The highest revision that an answer has named so far. */
  private final long revision;

  private KeyState(NavigableMap<Bytes, Cell> cells, long cellsPrint, long revision) {
    this.cells = cells;
    this.cellsPrint = cellsPrint;
    this.revision = revision;
  }

  /**
   * A key that is present.
   *
   * @param modRevision {@link #UNKNOWN} if the put was never answered
   * @param print equal for equal cells of equal keys, and different for others but by chance
   */
  private record Cell(
      Bytes value, long version, long createRevision, long modRevision, long print) {
    static Cell of(Bytes key, Bytes value, long version, long createRevision, long modRevision) {
      long revisions = mix(createRevision) * 31 + modRevision;
      long print = mix(fold(fold(0, key) + 1, value) ^ mix(version) + revisions);
      return new Cell(value, version, createRevision, modRevision, print);
    }

    private static long fold(long seed, Bytes bytes) {
      long hash = seed ^ 0xcbf29ce484222325L;
      for (int i = 0; i < bytes.length(); i++) {
        hash = (hash ^ bytes.byteAt(i)) * 0x100000001b3L;
      }
      return mix(hash);
    }
  }

  /** Spreads the bits of a number over all of a number (the finalizer of SplitMix64). */
  static long mix(long bits) {
    long z = bits + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** Equal for equal states, and different for others but by a chance of 1 in 2^64. */
  long print() {
    return mix(cellsPrint) + mix(revision);
  }

  /** Whether this came of the other, or the other of this, without any key being changed. */
  @SuppressWarnings("ReferenceEquality") // Whatever changes something makes cells of its own.
  boolean holdsTheSame(KeyState other) {
    return cells == other.cells;
  }

  /**
   * The states that may follow when {@code operation} takes effect now; none if it cannot.
   *
   * @param when at which revision that may be
   */
  List<KeyState> after(Operation operation, When when, Evidence evidence) {
    Object response = operation.outcome() instanceof Outcome.Ok(Object answered) ? answered : null;
    if (when.known() != 0 && when.known() < revision) {
      return List.of();
    }
    Step step = new Step(this, when, evidence);
    return switch (operation.call()) {
      case Call.Put(PutRequest put) -> single(step.put(put, (PutResult) response));
      case Call.Delete(DeleteRequest delete) ->
          single(step.delete(delete, (DeleteResult) response));
      case Call.Range(RangeRequest range) -> single(step.range(range, (RangeResult) response));
      case Call.Txn(TxnRequest txn) -> txn(txn, (TxnResult) response, when, evidence);
      case Call.Compact _, Call.Grant _, Call.Revoke _, Call.KeepAlive _ ->
          throw new IllegalArgumentException("not about keys: " + operation);
    };
  }

  private List<KeyState> single(Step step) {
    return step.isPossible() ? List.of(step.state()) : List.of();
  }

  private List<KeyState> txn(
      TxnRequest txn, @Nullable TxnResult response, When when, Evidence evidence) {
    List<KeyState> result = new ArrayList<>(1);
    for (boolean succeeded : new boolean[] {true, false}) {
      Boolean holds = holds(txn);
      boolean canBe = holds == null || holds == succeeded;
      boolean asAnswered = response == null || response.succeeded() == succeeded;
      if (canBe && asAnswered) {
        Step step = new Step(this, when, evidence);
        step.execute(
            succeeded ? txn.success() : txn.failure(),
            response == null ? null : response.results());
        if (step.isPossible()) {
          result.add(step.state());
        }
      }
    }
    return result;
  }

  /** Whether the comparisons hold; null if that cannot be told from what is known. */
  private @Nullable Boolean holds(TxnRequest txn) {
    Boolean all = true;
    for (Compare compare : txn.compares()) {
      all = and(all, holds(compare));
    }
    return all;
  }

  private static @Nullable Boolean and(@Nullable Boolean one, @Nullable Boolean other) {
    if (one == null) {
      return Boolean.FALSE.equals(other) ? other : one;
    }
    return one ? other : one;
  }

  private @Nullable Boolean holds(Compare compare) {
    List<Map.Entry<Bytes, Cell>> inRange = inRange(cells, compare.range());
    if (inRange.isEmpty()) {
      return compare.target() != Compare.Target.VALUE
          && holds(compare.result(), Long.compare(0, compare.number()));
    }
    Boolean all = true;
    for (Map.Entry<Bytes, Cell> entry : inRange) {
      all = and(all, holds(compare, entry.getValue()));
    }
    return all;
  }

  private static @Nullable Boolean holds(Compare compare, Cell cell) {
    if (compare.target() == Compare.Target.VALUE) {
      return holds(compare.result(), cell.value().compareTo(compare.bytes()));
    }
    long number =
        switch (compare.target()) {
          case VERSION -> cell.version();
          case CREATE -> cell.createRevision();
          case MOD -> cell.modRevision();
          // Components with leases are left out.
          case LEASE -> 0;
          case VALUE, UNKNOWN -> UNKNOWN;
        };
    return number == UNKNOWN
        ? null
        : holds(compare.result(), Long.compare(number, compare.number()));
  }

  private static boolean holds(Compare.Result result, int relation) {
    return switch (result) {
      case EQUAL -> relation == 0;
      case GREATER -> relation > 0;
      case LESS -> relation < 0;
      case NOT_EQUAL -> relation != 0;
      case UNKNOWN -> true;
    };
  }

  private static List<Map.Entry<Bytes, Cell>> inRange(
      NavigableMap<Bytes, Cell> cells, KeyRange range) {
    if (range.isSingle()) {
      Cell cell = cells.get(range.key());
      return cell == null ? List.of() : List.of(Map.entry(range.key(), cell));
    }
    List<Map.Entry<Bytes, Cell>> found = new ArrayList<>();
    for (Map.Entry<Bytes, Cell> entry : cells.tailMap(range.key(), true).entrySet()) {
      if (!range.contains(entry.getKey())) {
        break;
      }
      found.add(Map.entry(entry.getKey(), entry.getValue()));
    }
    return found;
  }

  /** One operation taking effect. */
  private static final class Step {
    private final KeyState before;
    private final When when;
    private final long knownRevision;
    private final Evidence evidence;

    /** What is not known to have another revision has one above this. */
    private long above;

    /** Those of the state before, until something changes. */
    private NavigableMap<Bytes, Cell> working;

    private long print;
    private boolean changed;
    boolean possible = true;

    Step(KeyState before, When when, Evidence evidence) {
      this.before = before;
      this.working = before.cells;
      this.print = before.cellsPrint;
      this.when = when;
      this.knownRevision = when.known();
      this.evidence = evidence;
      this.above = when.above();
    }

    boolean isPossible() {
      boolean free = knownRevision != 0 || !changed || evidence.nextFree(above) <= when.upTo();
      return possible && free;
    }

    KeyState state() {
      return new KeyState(working, print, Math.max(before.revision, knownRevision));
    }

    /** Sets a key, or removes it. */
    private void set(Bytes key, @Nullable Cell cell) {
      if (!changed) {
        working = new TreeMap<>(working);
        changed = true;
      }
      Cell old = cell == null ? working.remove(key) : working.put(key, cell);
      if (old != null) {
        // Whoever has seen it later saw it alive.
        long now = knownRevision == 0 ? before.revision : knownRevision;
        long seen =
            old.modRevision() == UNKNOWN
                ? evidence.lastSeen(key, old.value(), old.version())
                : evidence.lastSeen(key, old.modRevision());
        possible &= seen <= now;
        if (cell == null) {
          possible &= evidence.lastAlive(key, old.createRevision()) <= now;
        } else {
          // What is not known to have a revision may be what somebody saw.
          long later = evidence.versionAfter(key, old.createRevision(), now);
          possible &= knownRevision == 0 ? later >= cell.version() : later > cell.version();
        }
        above = Math.max(above, Math.max(seen, old.modRevision()));
      }
      print += (cell == null ? 0 : cell.print()) - (old == null ? 0 : old.print());
    }

    Step put(PutRequest put, @Nullable PutResult response) {
      Cell old = working.get(put.key());
      if (old == null && (put.ignoreValue() || put.ignoreLease())) {
        possible &= response == null;
        return this;
      }
      long version = old == null ? 1 : old.version() + 1;
      long mod = knownRevision == 0 ? UNKNOWN : knownRevision;
      set(
          put.key(),
          Cell.of(
              put.key(),
              put.ignoreValue() && old != null ? old.value() : put.value(),
              version,
              old == null ? mod : old.createRevision(),
              mod));
      long seen = knownRevision == 0 ? 0 : evidence.versionAt(put.key(), knownRevision);
      possible &= seen == 0 || seen == version;
      if (response != null && put.prevKv()) {
        Bytes previous = response.prevKv();
        possible &= previous == null ? old == null : old != null && shows(previous, old);
      }
      // What changes something has a revision of its own.
      possible &= knownRevision == 0 || knownRevision > before.revision;
      return this;
    }

    Step delete(DeleteRequest delete, @Nullable DeleteResult response) {
      List<Map.Entry<Bytes, Cell>> removed = inRange(working, delete.range());
      removed.forEach(entry -> set(entry.getKey(), null));
      if (response != null) {
        possible &= response.deleted() == removed.size();
        if (delete.prevKv() && possible) {
          for (int i = 0; i < removed.size(); i++) {
            possible &= shows(response.prevKvs().get(i), removed.get(i).getValue());
          }
        }
      }
      possible &= !changed || knownRevision == 0 || knownRevision > before.revision;
      return this;
    }

    Step range(RangeRequest range, @Nullable RangeResult response) {
      if (response == null || !isPlain(range)) {
        return this;
      }
      List<Map.Entry<Bytes, Cell>> present = inRange(working, range.range());
      possible &= response.count() == present.size();
      if (!range.countOnly() && possible) {
        possible &= response.kvs().size() == present.size();
        for (int i = 0; i < present.size() && possible; i++) {
          KeyValue kv = KeyValueFormat.decode(response.kvs().get(i));
          possible &=
              kv.key().equals(present.get(i).getKey())
                  && (range.keysOnly() || shows(kv, present.get(i).getValue()));
        }
      }
      return this;
    }

    /** Whether the answer is all of the range as it was then. */
    private static boolean isPlain(RangeRequest range) {
      return range.revision() <= 0
          && range.limit() <= 0
          && range.order() == SortOrder.NONE
          && range.target() == SortTarget.KEY
          && !range.isFiltered();
    }

    private static boolean shows(Bytes encoded, Cell cell) {
      return shows(KeyValueFormat.decode(encoded), cell);
    }

    private static boolean shows(KeyValue kv, Cell cell) {
      return kv.value().equals(cell.value())
          && kv.version() == cell.version()
          && (cell.createRevision() == UNKNOWN || kv.createRevision() == cell.createRevision())
          && (cell.modRevision() == UNKNOWN || kv.modRevision() == cell.modRevision());
    }

    void execute(
        List<io.cairn.spi.store.Operation> operations, @Nullable List<OperationResult> results) {
      for (int i = 0; i < operations.size() && possible; i++) {
        OperationResult result = results == null ? null : results.get(i);
        switch (operations.get(i)) {
          case PutRequest put -> put(put, (PutResult) result);
          case DeleteRequest delete -> delete(delete, (DeleteResult) result);
          case RangeRequest range -> range(range, (RangeResult) result);
          case TxnRequest nested -> {
            TxnResult inner = (TxnResult) result;
            Boolean holds = before.holds(nested);
            boolean succeeded = inner != null ? inner.succeeded() : holds != null && holds;
            possible &= holds == null || holds == succeeded;
            execute(
                succeeded ? nested.success() : nested.failure(),
                inner == null ? null : inner.results());
          }
          case io.cairn.spi.store.Operation.Missing _ ->
              throw new IllegalArgumentException("refused before");
        }
      }
    }
  }
}
