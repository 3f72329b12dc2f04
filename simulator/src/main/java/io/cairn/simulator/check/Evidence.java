// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.check;

import io.cairn.simulator.history.Call;
import io.cairn.simulator.history.Operation;
import io.cairn.simulator.history.Outcome;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.DeleteResult;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.TxnRequest;
import io.cairn.spi.store.TxnResult;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the answers of a history say about what happened elsewhere in it. A search that respects all
 * of it from the beginning does not walk far into orders that a later answer rules out:
 *
 * <ul>
 *   <li>an answer that something was changed takes its revision, which nothing else can have;
 *   <li>a value that is written once only tells when an unanswered put of it took effect;
 *   <li>what is seen at a revision was neither overwritten nor deleted before, has had its version
 *       from the beginning, and its key has not been deleted since the revision that created it.
 * </ul>
 */
@OnLane("owner")
final class Evidence {
  /** A key as it was written by one operation. */
  private record Written(Bytes key, long modRevision) {}

  /** A key from its creation to its deletion. */
  private record Created(Bytes key, long createRevision) {}

  private record Valued(Bytes key, Bytes value) {}

  private record Version(Bytes key, Bytes value, long version) {}

  /** Revisions that answered changes have. */
  private final BitSet taken = new BitSet();

  // All maps are only looked up, never walked through.
  private final Map<Written, Long> versions = new HashMap<>();
  private final Map<Valued, Long> firstSeenMods = new HashMap<>();
  private final Map<Written, Long> lastSeen = new HashMap<>();
  private final Map<Version, Long> lastSeenValues = new HashMap<>();
  private final Map<Created, NavigableMap<Long, Long>> versionsOf = new HashMap<>();
  private final Map<Created, Long> lastAlive = new HashMap<>();
  private final Set<Valued> put = new HashSet<>();
  private final Set<Valued> putAgain = new HashSet<>();

  /** Keys of which somebody may have changed the revision without changing the value. */
  private final Set<Bytes> keptValues = new HashSet<>();

  private final Map<Long, Long> pinned = new HashMap<>();

  /** By the moment of their return: the highest revision that any answer has named until then. */
  private final NavigableMap<Long, Long> known = new TreeMap<>();

  Evidence(List<Operation> history, List<Operation> judged) {
    for (Operation operation : history) {
      if (operation.outcome() instanceof Outcome.Ok(Object response) && changes(response)) {
        take(OrderedCheck.revisionOf(operation));
      }
    }
    for (Operation operation : judged) {
      if (operation.outcome() instanceof Outcome.Ok(Object response)) {
        see(operation, response);
      }
      notePuts(operation);
    }
    for (Operation operation : judged) {
      if (!operation.isOk()) {
        pin(operation);
      }
    }
    pinned.values().forEach(this::take);
    List<Operation> returned = new ArrayList<>(judged.stream().filter(Operation::isOk).toList());
    returned.sort(Comparator.comparingLong(Operation::returnedNanos));
    long highest = 0;
    for (Operation operation : returned) {
      highest = Math.max(highest, OrderedCheck.revisionOf(operation));
      known.put(operation.returnedNanos(), highest);
    }
  }

  /** Whether it was answered that something has changed. */
  static boolean changes(@Nullable Object result) {
    return switch (result) {
      case PutResult _ -> true;
      case DeleteResult deleted -> deleted.deleted() > 0;
      case TxnResult txn -> txn.results().stream().anyMatch(Evidence::changes);
      case null, default -> false;
    };
  }

  private void take(long revision) {
    if (revision > 0 && revision < Integer.MAX_VALUE) {
      taken.set((int) revision);
    }
  }

  /** The lowest revision above {@code revision} that something unanswered may have. */
  long nextFree(long revision) {
    return revision + 1 < Integer.MAX_VALUE ? taken.nextClearBit((int) revision + 1) : revision + 1;
  }

  /** How many revisions up to this one something unanswered may have. */
  long countFree(long revision) {
    return revision < Integer.MAX_VALUE
        ? revision - taken.get(0, (int) revision + 1).cardinality()
        : revision;
  }

  /** The highest revision that was known when an operation was called: its own is higher. */
  long knownBefore(Operation operation) {
    Map.Entry<Long, Long> entry = known.lowerEntry(operation.calledNanos());
    return entry == null ? 0 : entry.getValue();
  }

  /** At which revision an unanswered operation took effect, or 0 if nothing tells. */
  long pinned(Operation operation) {
    return pinned.getOrDefault(operation.number(), 0L);
  }

  /** The version that a key must get at a revision, or 0 if nobody has seen it. */
  long versionAt(Bytes key, long modRevision) {
    return versions.getOrDefault(new Written(key, modRevision), 0L);
  }

  /**
   * The version that a key, created at a revision, had when somebody saw it first after another
   * revision; {@link Long#MAX_VALUE} if nobody did.
   */
  long versionAfter(Bytes key, long createRevision, long revision) {
    NavigableMap<Long, Long> seen = versionsOf.get(new Created(key, createRevision));
    Map.Entry<Long, Long> later = seen == null ? null : seen.higherEntry(revision);
    return later == null ? Long.MAX_VALUE : later.getValue();
  }

  /** Until which revision a key, created at a revision, was there at least. */
  long lastAlive(Bytes key, long createRevision) {
    return lastAlive.getOrDefault(new Created(key, createRevision), 0L);
  }

  /** Until which revision what was written to a key at a revision was there at least. */
  long lastSeen(Bytes key, long modRevision) {
    return lastSeen.getOrDefault(new Written(key, modRevision), 0L);
  }

  /** The same for what was written at some revision that is not known. */
  long lastSeen(Bytes key, Bytes value, long version) {
    return putAgain.contains(new Valued(key, value))
        ? 0
        : lastSeenValues.getOrDefault(new Version(key, value, version), 0L);
  }

  private void see(Operation operation, Object response) {
    long revision = OrderedCheck.revisionOf(operation);
    long before = changes(response) ? revision - 1 : revision;
    switch (operation.call()) {
      case Call.Range(RangeRequest range) -> see(range, (RangeResult) response, before);
      case Call.Put _ -> see((PutResult) response, before);
      case Call.Delete _ -> see((DeleteResult) response, before);
      case Call.Txn(TxnRequest txn) -> see(txn, (TxnResult) response, before);
      case Call.Compact _, Call.Grant _, Call.Revoke _, Call.KeepAlive _ -> {}
    }
  }

  private void see(TxnRequest txn, TxnResult response, long revision) {
    var operations = response.succeeded() ? txn.success() : txn.failure();
    for (int i = 0; i < operations.size(); i++) {
      Object result = response.results().get(i);
      switch (operations.get(i)) {
        case RangeRequest range -> see(range, (RangeResult) result, revision);
        case TxnRequest nested -> see(nested, (TxnResult) result, revision);
        case PutRequest _ -> see((PutResult) result, revision);
        case io.cairn.spi.store.DeleteRequest _ -> see((DeleteResult) result, revision);
        case io.cairn.spi.store.Operation.Missing _ -> {}
      }
    }
  }

  private void see(RangeRequest range, RangeResult result, long revision) {
    if (range.revision() <= 0 && !range.keysOnly()) {
      result.kvs().forEach(kv -> see(kv, revision));
    }
  }

  private void see(PutResult result, long revision) {
    Bytes previous = result.prevKv();
    if (previous != null) {
      see(previous, revision);
    }
  }

  private void see(DeleteResult result, long revision) {
    result.prevKvs().forEach(kv -> see(kv, revision));
  }

  private void see(Bytes encoded, long revision) {
    KeyValue kv = KeyValueFormat.decode(encoded);
    Written written = new Written(kv.key(), kv.modRevision());
    versions.put(written, kv.version());
    lastSeen.merge(written, revision, Math::max);
    Created created = new Created(kv.key(), kv.createRevision());
    versionsOf.computeIfAbsent(created, _ -> new TreeMap<>()).put(kv.modRevision(), kv.version());
    lastAlive.merge(created, revision, Math::max);
    firstSeenMods.merge(new Valued(kv.key(), kv.value()), kv.modRevision(), Math::min);
    lastSeenValues.merge(new Version(kv.key(), kv.value(), kv.version()), revision, Math::max);
  }

  private void notePuts(Operation operation) {
    switch (operation.call()) {
      case Call.Put(PutRequest request) -> notePut(request, operation.isOk());
      case Call.Txn(TxnRequest txn) -> notePuts(txn, operation.isOk());
      case Call.Range _,
          Call.Delete _,
          Call.Compact _,
          Call.Grant _,
          Call.Revoke _,
          Call.KeepAlive _ -> {}
    }
  }

  private void notePuts(TxnRequest txn, boolean answered) {
    for (List<io.cairn.spi.store.Operation> branch : List.of(txn.success(), txn.failure())) {
      for (io.cairn.spi.store.Operation operation : branch) {
        switch (operation) {
          case PutRequest request -> notePut(request, answered);
          case TxnRequest nested -> notePuts(nested, answered);
          case RangeRequest _,
              io.cairn.spi.store.DeleteRequest _,
              io.cairn.spi.store.Operation.Missing _ -> {}
        }
      }
    }
  }

  private void notePut(PutRequest request, boolean answered) {
    Valued valued = new Valued(request.key(), request.value());
    if (!request.ignoreValue()) {
      if (!put.add(valued)) {
        putAgain.add(valued);
      }
    } else if (!answered) {
      keptValues.add(request.key());
    }
  }

  private void pin(Operation operation) {
    long revision =
        switch (operation.call()) {
          case Call.Put(PutRequest put) -> seenOf(put);
          case Call.Txn(TxnRequest txn) -> seenOf(txn);
          case Call.Range _,
              Call.Delete _,
              Call.Compact _,
              Call.Grant _,
              Call.Revoke _,
              Call.KeepAlive _ ->
              0;
        };
    if (revision != 0) {
      pinned.put(operation.number(), revision);
    }
  }

  private long seenOf(TxnRequest txn) {
    long revision = 0;
    for (List<io.cairn.spi.store.Operation> branch : List.of(txn.success(), txn.failure())) {
      for (io.cairn.spi.store.Operation operation : branch) {
        revision = Math.max(revision, seenOf(operation));
      }
    }
    return revision;
  }

  private long seenOf(io.cairn.spi.store.Operation operation) {
    return switch (operation) {
      case PutRequest request -> {
        Valued valued = new Valued(request.key(), request.value());
        long seen = firstSeenMods.getOrDefault(valued, 0L);
        // What keeps a value gives it another revision.
        boolean certain =
            !request.ignoreValue()
                && !keptValues.contains(request.key())
                && !putAgain.contains(valued);
        yield certain && !isTaken(seen) ? seen : 0;
      }
      case TxnRequest nested -> seenOf(nested);
      case RangeRequest _,
          io.cairn.spi.store.DeleteRequest _,
          io.cairn.spi.store.Operation.Missing _ ->
          0;
    };
  }

  private boolean isTaken(long revision) {
    return revision >= Integer.MAX_VALUE || taken.get((int) revision);
  }
}
