// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.model;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Compare;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.DeleteResult;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.OperationResult;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeRequest.SortOrder;
import io.cairn.spi.store.RangeRequest.SortTarget;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.StoreException;
import io.cairn.spi.store.TxnRequest;
import io.cairn.spi.store.TxnResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A key space that keeps a whole map per revision. Requests are assumed to have passed the checks
 * that do not look at the state.
 */
final class KeySpaceModel {
  private final LongFunction<ResponseHeader> headers;
  private final TreeMap<Long, TreeMap<Bytes, KeyValue>> states = new TreeMap<>();
  final Set<Long> leases = new TreeSet<>();
  long revision = 1;
  long floor = -1;

  // The entry that is being applied.
  private TreeMap<Bytes, KeyValue> working = new TreeMap<>();
  private boolean changed;

  KeySpaceModel(LongFunction<ResponseHeader> headers) {
    this.headers = headers;
    states.put(1L, new TreeMap<>());
  }

  // ---- requests

  Object put(PutRequest put) {
    return entry(() -> {
      checkLease(put);
      checkPresence(put);
      return put(put, headers.apply(revision + 1));
    });
  }

  Object delete(DeleteRequest delete) {
    return entry(() -> delete(delete, headers));
  }

  Object txn(TxnRequest txn) {
    return entry(() -> {
      checkChosen(txn);
      boolean succeeded = holds(txn);
      List<OperationResult> results = execute(succeeded ? txn.success() : txn.failure());
      return new TxnResult(headers.apply(visible()), succeeded, results);
    });
  }

  Object range(RangeRequest range) {
    if (range.revision() > revision) {
      return new Reason.FutureRevision();
    }
    if (range.revision() > 0 && range.revision() < floor) {
      return new Reason.Compacted(floor);
    }
    long at = range.revision() <= 0 ? revision : range.revision();
    return range(range, state(at), headers.apply(revision));
  }

  Object compact(long to) {
    if (to <= floor) {
      return new Reason.Compacted(floor);
    }
    if (to > revision) {
      return new Reason.FutureRevision();
    }
    floor = to;
    return headers.apply(revision);
  }

  /** Ends a lease with its keys. */
  void revoke(long lease) {
    leases.remove(lease);
    var _ =
        entry(() -> {
          List<Bytes> keys = new ArrayList<>();
          working.forEach((key, kv) -> {
            if (kv.lease() == lease) {
              keys.add(key);
            }
          });
          keys.forEach(key -> delete(new DeleteRequest(KeyRange.single(key), false), headers));
          return "";
        });
  }

  /** The keys that hang on a lease. */
  List<Bytes> keysOf(long lease) {
    List<Bytes> keys = new ArrayList<>();
    state(revision)
        .forEach((key, kv) -> {
          if (kv.lease() == lease) {
            keys.add(key);
          }
        });
    return keys;
  }

  SortedMap<Bytes, KeyValue> state(long at) {
    return states.floorEntry(at).getValue();
  }

  private interface Change {
    Object apply();
  }

  private Object entry(Change change) {
    working = new TreeMap<>(state(revision));
    changed = false;
    try {
      Object result = change.apply();
      if (changed) {
        revision++;
        states.put(revision, working);
      }
      return result;
    } catch (StoreException refusal) {
      return refusal.reason();
    }
  }

  private long visible() {
    return changed ? revision + 1 : revision;
  }

  // ---- operations

  private void checkLease(PutRequest put) {
    if (put.lease() != 0 && !leases.contains(put.lease())) {
      throw new StoreException(new Reason.LeaseNotFound());
    }
  }

  private void checkPresence(PutRequest put) {
    if ((put.ignoreLease() || put.ignoreValue()) && !state(revision).containsKey(put.key())) {
      throw new StoreException(new Reason.KeyNotFound());
    }
  }

  private PutResult put(PutRequest put, ResponseHeader header) {
    @Nullable KeyValue before = working.get(put.key());
    long now = revision + 1;
    working.put(
        put.key(),
        new KeyValue(
            put.key(),
            before == null ? now : before.createRevision(),
            now,
            before == null ? 1 : before.version() + 1,
            put.ignoreValue() ? before == null ? Bytes.EMPTY : before.value() : put.value(),
            put.ignoreLease() ? before == null ? 0 : before.lease() : put.lease()));
    changed = true;
    return new PutResult(
        header, put.prevKv() && before != null ? KeyValueFormat.encode(before) : null);
  }

  private DeleteResult delete(DeleteRequest delete, LongFunction<ResponseHeader> header) {
    List<Bytes> previous = new ArrayList<>();
    long deleted = 0;
    for (Bytes key : List.copyOf(working.keySet())) {
      if (delete.range().contains(key)) {
        KeyValue before = working.remove(key);
        deleted++;
        changed = true;
        if (delete.prevKv()) {
          previous.add(KeyValueFormat.encode(before));
        }
      }
    }
    return new DeleteResult(header.apply(visible()), deleted, previous);
  }

  private boolean holds(TxnRequest txn) {
    for (Compare compare : txn.compares()) {
      List<KeyValue> inRange =
          state(revision).values().stream()
              .filter(kv -> compare.range().contains(kv.key()))
              .toList();
      if (inRange.isEmpty()) {
        KeyValue nothing = new KeyValue(Bytes.EMPTY, 0, 0, 0, Bytes.EMPTY, 0);
        if (compare.target() == Compare.Target.VALUE || !holds(compare, nothing)) {
          return false;
        }
      }
      for (KeyValue kv : inRange) {
        if (!holds(compare, kv)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean holds(Compare compare, KeyValue kv) {
    int relation =
        switch (compare.target()) {
          case VERSION -> Long.compare(kv.version(), compare.number());
          case CREATE -> Long.compare(kv.createRevision(), compare.number());
          case MOD -> Long.compare(kv.modRevision(), compare.number());
          case VALUE -> kv.value().compareTo(compare.bytes());
          case LEASE -> Long.compare(kv.lease(), compare.number());
          case UNKNOWN -> 0;
        };
    return switch (compare.result()) {
      case EQUAL -> relation == 0;
      case GREATER -> relation > 0;
      case LESS -> relation < 0;
      case NOT_EQUAL -> relation != 0;
      case UNKNOWN -> true;
    };
  }

  /** etcd looks at all puts of the chosen branches first, then at all ranges. */
  private void checkChosen(TxnRequest txn) {
    List<Operation> chosen = new ArrayList<>();
    collectChosen(txn, chosen);
    for (Operation operation : chosen) {
      if (operation instanceof PutRequest put) {
        checkPresence(put);
        checkLease(put);
      }
    }
    for (Operation operation : chosen) {
      if (operation instanceof RangeRequest range) {
        if (range.revision() > revision) {
          throw new StoreException(new Reason.FutureRevision());
        }
        if (range.revision() != 0 && range.revision() < floor) {
          throw new StoreException(new Reason.Compacted(floor));
        }
      }
    }
  }

  private void collectChosen(TxnRequest txn, List<Operation> chosen) {
    for (Operation operation : holds(txn) ? txn.success() : txn.failure()) {
      if (operation instanceof TxnRequest nested) {
        collectChosen(nested, chosen);
      } else {
        chosen.add(operation);
      }
    }
  }

  private List<OperationResult> execute(List<Operation> operations) {
    List<OperationResult> results = new ArrayList<>();
    for (Operation operation : operations) {
      results.add(
          switch (operation) {
            case RangeRequest range ->
                range(
                    range,
                    range.revision() <= 0 ? working : state(range.revision()),
                    ResponseHeader.ofRevision(visible()));
            case PutRequest put -> put(put, ResponseHeader.ofRevision(revision + 1));
            case DeleteRequest delete -> delete(delete, ResponseHeader::ofRevision);
            case TxnRequest nested -> {
              boolean succeeded = holds(nested);
              yield new TxnResult(
                  ResponseHeader.ofRevision(0),
                  succeeded,
                  execute(succeeded ? nested.success() : nested.failure()));
            }
            case Operation.Missing _ -> throw new AssertionError("refused before");
          });
    }
    return results;
  }

  // ---- ranges, step by step as etcd does them

  private static RangeResult range(
      RangeRequest range, SortedMap<Bytes, KeyValue> state, ResponseHeader header) {
    List<KeyValue> kvs =
        new ArrayList<>(
            state.values().stream().filter(kv -> range.range().contains(kv.key())).toList());
    long count = kvs.size();
    if (range.countOnly()) {
      return new RangeResult(header, List.of(), false, count);
    }
    long limit = Math.max(0, range.limit());
    boolean fetchesAll = range.order() != SortOrder.NONE || range.isFiltered() || limit == 0;
    if (!fetchesAll && kvs.size() > limit + 1) {
      kvs = new ArrayList<>(kvs.subList(0, (int) limit + 1));
    }
    if (range.maxModRevision() != 0) {
      kvs.removeIf(kv -> kv.modRevision() > range.maxModRevision());
    }
    if (range.minModRevision() != 0) {
      kvs.removeIf(kv -> kv.modRevision() < range.minModRevision());
    }
    if (range.maxCreateRevision() != 0) {
      kvs.removeIf(kv -> kv.createRevision() > range.maxCreateRevision());
    }
    if (range.minCreateRevision() != 0) {
      kvs.removeIf(kv -> kv.createRevision() < range.minCreateRevision());
    }
    Comparator<KeyValue> byTarget = byTarget(range.target());
    kvs.sort(range.order() == SortOrder.DESCEND ? Collections.reverseOrder(byTarget) : byTarget);
    boolean more = limit > 0 && kvs.size() > limit;
    if (more) {
      kvs = kvs.subList(0, (int) limit);
    }
    List<Bytes> encoded = new ArrayList<>();
    for (KeyValue kv : kvs) {
      KeyValue shown = kv;
      if (range.keysOnly()) {
        shown =
            new KeyValue(
                kv.key(),
                kv.createRevision(),
                kv.modRevision(),
                kv.version(),
                Bytes.EMPTY,
                range.target() == SortTarget.VALUE ? kv.lease() : 0);
      }
      encoded.add(KeyValueFormat.encode(shown));
    }
    return new RangeResult(header, encoded, more, count);
  }

  private static Comparator<KeyValue> byTarget(SortTarget target) {
    return switch (target) {
      case KEY -> Comparator.comparing(KeyValue::key);
      case VERSION -> Comparator.comparingLong(KeyValue::version);
      case CREATE -> Comparator.comparingLong(KeyValue::createRevision);
      case MOD -> Comparator.comparingLong(KeyValue::modRevision);
      case VALUE -> Comparator.comparing(KeyValue::value);
      case UNKNOWN -> throw new AssertionError("refused before");
    };
  }

  // ---- the rule on duplicate keys, literally

  private record Touched(Set<Bytes> puts, List<KeyRange> deletes) {}

  /** Whether a list of operations puts a key twice, as etcd sees it. */
  static boolean putsTwice(List<Operation> operations) {
    return touched(operations) == null;
  }

  private static @Nullable Touched touched(List<Operation> operations) {
    List<KeyRange> deletes = new ArrayList<>();
    Set<Bytes> puts = new HashSet<>();
    for (Operation operation : operations) {
      if (operation instanceof DeleteRequest delete) {
        deletes.add(delete.range());
      }
    }
    for (Operation operation : operations) {
      if (operation instanceof TxnRequest txn) {
        Touched success = touched(txn.success());
        Touched failure = touched(txn.failure());
        if (success == null || failure == null) {
          return null;
        }
        Set<Bytes> either = new HashSet<>(success.puts);
        either.addAll(failure.puts);
        for (Bytes key : either) {
          if (puts.contains(key) || covers(deletes, key)) {
            return null;
          }
        }
        puts.addAll(either);
        deletes.addAll(success.deletes);
        deletes.addAll(failure.deletes);
      }
    }
    for (Operation operation : operations) {
      if (operation instanceof PutRequest put
          && (!puts.add(put.key()) || covers(deletes, put.key()))) {
        return null;
      }
    }
    return new Touched(puts, deletes);
  }

  private static boolean covers(List<KeyRange> deletes, Bytes key) {
    return deletes.stream().anyMatch(range -> !range.isOpenEnded() && range.contains(key));
  }
}
