// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.check;

import io.cairn.kernel.command.Command;
import io.cairn.simulator.history.Watching;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Compare;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.DeleteResult;
import io.cairn.spi.store.HeaderResult;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.LeaseService;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.OperationResult;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.StoreException;
import io.cairn.spi.store.TxnRequest;
import io.cairn.spi.store.TxnResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store as simple as can be: every key with all it ever was. It is fed the commands of the log
 * and says what their answers must be, and what a read at any revision must show. Requests are
 * taken to have passed the checks that do not look at the state.
 *
 * <p>Rules that are easily forgotten: compares, also of nested transactions, look at the state
 * before the outer transaction; reads inside a transaction see its earlier writes; a comparison of
 * a value with an absent key is false; deleting nothing does not raise the revision; an empty store
 * is at revision 1.
 */
@OnLane("owner")
public final class StoreModel {
  private final long clusterId;
  private final KeyHistories keys = new KeyHistories();
  private final NavigableMap<Long, List<Watching.Event>> events = new TreeMap<>();
  private final NavigableMap<Long, Long> leases = new TreeMap<>();

  /** Members that have no space. */
  private final Set<Long> noSpace = new TreeSet<>();

  /** By id: the entry that granted the newest lease of that id. */
  private final Map<Long, Long> grants = new HashMap<>(); // Only looked up.

  private long revision = 1;
  private long floor = -1;

  // The entry that is being applied: events of revision + 1.
  private List<Watching.Event> changes = new ArrayList<>();

  /** An empty store of a cluster. */
  public StoreModel(long clusterId) {
    this.clusterId = clusterId;
  }

  /** The newest revision. */
  public long revision() {
    return revision;
  }

  /** The compaction floor, -1 before the first compaction. */
  public long floor() {
    return floor;
  }

  /** The leases that live, with their times to live in seconds. */
  public NavigableMap<Long, Long> leases() {
    return leases;
  }

  /** The changes by revision, in the order in which a watcher sees them. */
  public NavigableMap<Long, List<Watching.Event>> events() {
    return events;
  }

  /** A header as a member would write it; its term is not the model's to know. */
  private ResponseHeader header(long at) {
    return new ResponseHeader(clusterId, 0, at, 0);
  }

  /**
   * Applies a command.
   *
   * @param index the index of its entry
   * @param term the term of its entry
   * @return the result, or a {@link Reason}
   */
  public Object apply(Command<?> command, long index, long term) {
    return !noSpace.isEmpty() && needsSpace(command)
        ? new Reason.NoSpace()
        : execute(command, index, term);
  }

  private static boolean needsSpace(Command<?> command) {
    return command instanceof Command.Put
        || command instanceof Command.LeaseGrant
        || (command instanceof Command.Txn(TxnRequest txn) && puts(txn));
  }

  private static boolean puts(Operation operation) {
    return operation instanceof PutRequest
        || (operation instanceof TxnRequest txn
            && (txn.success().stream().anyMatch(StoreModel::puts)
                || txn.failure().stream().anyMatch(StoreModel::puts)));
  }

  private Object execute(Command<?> command, long index, long term) {
    return switch (command) {
      case Command.Put(PutRequest put) ->
          entry(() -> {
            // A transaction looks at them the other way round.
            checkLease(put);
            checkPresence(put);
            return put(put, header(revision + 1));
          });
      case Command.DeleteRange(DeleteRequest delete) ->
          entry(() -> {
            DeleteResult result = delete(delete);
            return new DeleteResult(header(visible()), result.deleted(), result.prevKvs());
          });
      case Command.Txn(TxnRequest txn) -> entry(() -> txn(txn));
      case Command.Compaction compaction -> compact(compaction.request().revision());
      case Command.LeaseGrant(long id, long ttl) -> {
        if (leases.putIfAbsent(id, ttl) != null) {
          yield new Reason.LeaseExists();
        }
        grants.put(id, index);
        yield new LeaseService.Granted(header(revision), id, ttl);
      }
      case Command.LeaseRevoke(long id, long decidedInTerm, long grantIndex) -> {
        boolean another = grantIndex != 0 && grants.getOrDefault(id, 0L) != grantIndex;
        if (decidedInTerm != 0 && (decidedInTerm != term || another)) {
          yield new HeaderResult(header(revision));
        }
        yield revoke(id);
      }
      case Command.AlarmCommand(Alarm.Action action, Alarm alarm) -> {
        if (alarm.kind() == Alarm.Kind.NOSPACE && action == Alarm.Action.ACTIVATE) {
          noSpace.add(alarm.memberId());
        } else if (alarm.kind() == Alarm.Kind.NOSPACE && action == Alarm.Action.DEACTIVATE) {
          noSpace.remove(alarm.memberId());
        }
        yield new HeaderResult(header(revision));
      }
      case Command.LeaseCheckpoint _,
          Command.MemberAttributes _,
          Command.ClusterVersion _,
          Command.DowngradeInfo _,
          Command.RaiseLevel _ ->
          new HeaderResult(header(revision));
    };
  }

  /**
   * What a read shows when the store is at {@code now}.
   *
   * @return the result, or a {@link Reason}
   */
  public Object readAt(long now, RangeRequest range) {
    if (range.revision() > now) {
      return new Reason.FutureRevision();
    }
    return keys.range(range, range.revision() <= 0 ? now : range.revision(), header(now));
  }

  /** What a transaction of nothing but reads shows when the store is at {@code now}. */
  public Object readAt(long now, TxnRequest txn) {
    boolean succeeded = holds(txn, now);
    List<OperationResult> results = new ArrayList<>();
    for (Operation operation : succeeded ? txn.success() : txn.failure()) {
      results.add(readInside(now, operation));
    }
    return new TxnResult(header(now), succeeded, results);
  }

  private OperationResult readInside(long now, Operation operation) {
    return switch (operation) {
      case RangeRequest range ->
          keys.range(
              range,
              range.revision() <= 0 ? now : range.revision(),
              ResponseHeader.ofRevision(now));
      case TxnRequest nested -> {
        TxnResult result = (TxnResult) readAt(now, nested);
        yield new TxnResult(ResponseHeader.ofRevision(0), result.succeeded(), result.results());
      }
      case PutRequest _, DeleteRequest _, Operation.Missing _ ->
          throw new IllegalArgumentException("not a read: " + operation);
    };
  }

  /** The key-value that a key had at a revision, or null. */
  public @Nullable KeyValue valueAt(Bytes key, long at) {
    return keys.valueAt(key, at);
  }

  private Object entry(Supplier<Object> change) {
    changes = new ArrayList<>();
    try {
      Object result = change.get();
      if (!changes.isEmpty()) {
        revision++;
        events.put(revision, changes);
      }
      return result;
    } catch (StoreException refusal) {
      return refusal.reason();
    }
  }

  private long visible() {
    return changes.isEmpty() ? revision : revision + 1;
  }

  private void set(Bytes key, @Nullable KeyValue value, boolean deletion) {
    KeyValue before = valueAt(key, revision + 1);
    keys.set(key, revision + 1, value);
    KeyValue told = value == null ? new KeyValue(key, 0, revision + 1, 0, Bytes.EMPTY, 0) : value;
    changes.add(
        new Watching.Event(
            deletion,
            KeyValueFormat.encode(told),
            before == null ? Bytes.EMPTY : KeyValueFormat.encode(before)));
  }

  private Object compact(long to) {
    if (to <= floor) {
      return new Reason.Compacted(floor);
    }
    if (to > revision) {
      return new Reason.FutureRevision();
    }
    floor = to;
    return new HeaderResult(header(revision));
  }

  private Object revoke(long lease) {
    if (leases.remove(lease) == null) {
      return new Reason.LeaseNotFound();
    }
    return entry(() -> {
      for (KeyValue kv : keys.inRange(KeyRange.ALL, revision)) {
        if (kv.lease() == lease) {
          set(kv.key(), null, true);
        }
      }
      return new HeaderResult(header(visible()));
    });
  }

  private void checkLease(PutRequest put) {
    if (put.lease() != 0 && !leases.containsKey(put.lease())) {
      throw new StoreException(new Reason.LeaseNotFound());
    }
  }

  private void checkPresence(PutRequest put) {
    if ((put.ignoreLease() || put.ignoreValue()) && valueAt(put.key(), revision) == null) {
      throw new StoreException(new Reason.KeyNotFound());
    }
  }

  private PutResult put(PutRequest put, ResponseHeader header) {
    KeyValue before = valueAt(put.key(), revision + 1);
    long now = revision + 1;
    KeyValue after =
        new KeyValue(
            put.key(),
            before == null ? now : before.createRevision(),
            now,
            before == null ? 1 : before.version() + 1,
            put.ignoreValue() ? before == null ? Bytes.EMPTY : before.value() : put.value(),
            put.ignoreLease() ? before == null ? 0 : before.lease() : put.lease());
    set(put.key(), after, false);
    return new PutResult(
        header, put.prevKv() && before != null ? KeyValueFormat.encode(before) : null);
  }

  private DeleteResult delete(DeleteRequest delete) {
    List<Bytes> previous = new ArrayList<>();
    long deleted = 0;
    for (KeyValue before : keys.inRange(delete.range(), revision + 1)) {
      set(before.key(), null, true);
      deleted++;
      if (delete.prevKv()) {
        previous.add(KeyValueFormat.encode(before));
      }
    }
    return new DeleteResult(ResponseHeader.ofRevision(visible()), deleted, previous);
  }

  private TxnResult txn(TxnRequest txn) {
    checkChosen(txn);
    boolean succeeded = holds(txn, revision);
    List<OperationResult> results = execute(succeeded ? txn.success() : txn.failure());
    return new TxnResult(header(visible()), succeeded, results);
  }

  private boolean holds(TxnRequest txn, long at) {
    for (Compare compare : txn.compares()) {
      List<KeyValue> inRange = keys.inRange(compare.range(), at);
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

  /** As etcd does: all puts of the chosen branches first, then all ranges. */
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
    for (Operation operation : holds(txn, revision) ? txn.success() : txn.failure()) {
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
                keys.range(
                    range,
                    range.revision() <= 0 ? revision + 1 : range.revision(),
                    ResponseHeader.ofRevision(visible()));
            case PutRequest put -> put(put, ResponseHeader.ofRevision(revision + 1));
            case DeleteRequest delete -> delete(delete);
            case TxnRequest nested -> {
              boolean succeeded = holds(nested, revision);
              yield new TxnResult(
                  ResponseHeader.ofRevision(0),
                  succeeded,
                  execute(succeeded ? nested.success() : nested.failure()));
            }
            case Operation.Missing _ -> throw new IllegalArgumentException("refused before");
          });
    }
    return results;
  }
}
