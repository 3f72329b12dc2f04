// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.Compare;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeRequest;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.RequestOp;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.cairn.apiprotos.mvccpb.Event;
import io.cairn.apiprotos.mvccpb.KeyValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a store is, in the plainest words: a sorted map per revision. It is as slow as it is easy to
 * believe, and knows only a part of the key space.
 */
final class NaiveStore {
  /** One answer, without header. */
  record Answer(List<KeyValue> kvs, long count, boolean more, boolean succeeded) {
    static Answer of(List<KeyValue> kvs) {
      return new Answer(List.copyOf(kvs), kvs.size(), false, true);
    }
  }

  private static final Comparator<ByteString> UNSIGNED =
      ByteString.unsignedLexicographicalComparator();

  private final NavigableMap<Long, SortedMap<ByteString, KeyValue>> history = new TreeMap<>();
  private final List<Event> events = new ArrayList<>();
  private NavigableMap<ByteString, KeyValue> present = new TreeMap<>(UNSIGNED);
  private long revision;
  private boolean changed;

  /** Begins empty at a revision. */
  NaiveStore(long revision) {
    this.revision = revision;
    history.put(revision, present);
  }

  /** The revision at which it began. */
  long first() {
    return history.firstKey();
  }

  /** The latest revision. */
  long revision() {
    return revision;
  }

  /** Everything that was ever changed, in order. */
  List<Event> events() {
    return List.copyOf(events);
  }

  /** Does a put, a deletion, a transaction or a range, as a request of its own. */
  List<Answer> apply(RequestOp request) {
    NavigableMap<ByteString, KeyValue> before = present;
    present = new TreeMap<>(before);
    changed = false;
    List<Answer> answers = new ArrayList<>();
    execute(request, before, answers);
    if (changed) {
      revision++;
      history.put(revision, present);
    } else {
      present = before;
    }
    return answers;
  }

  private void execute(
      RequestOp request, SortedMap<ByteString, KeyValue> before, List<Answer> answers) {
    switch (request.getRequestCase()) {
      case REQUEST_PUT -> answers.add(put(request.getRequestPut()));
      case REQUEST_DELETE_RANGE -> answers.add(delete(request.getRequestDeleteRange()));
      case REQUEST_RANGE -> answers.add(range(request.getRequestRange()));
      case REQUEST_TXN -> {
        TxnRequest txn = request.getRequestTxn();
        boolean holds = txn.getCompareList().stream().allMatch(compare -> holds(compare, before));
        answers.add(new Answer(List.of(), 0, false, holds));
        for (RequestOp each : holds ? txn.getSuccessList() : txn.getFailureList()) {
          execute(each, before, answers);
        }
      }
      case REQUEST_NOT_SET -> throw new IllegalArgumentException("no request");
    }
  }

  private Answer put(PutRequest request) {
    KeyValue old = present.get(request.getKey());
    KeyValue.Builder kv =
        KeyValue.newBuilder()
            .setKey(request.getKey())
            .setValue(request.getValue())
            .setCreateRevision(old == null ? revision + 1 : old.getCreateRevision())
            .setModRevision(revision + 1)
            .setVersion(old == null ? 1 : old.getVersion() + 1);
    present.put(request.getKey(), kv.build());
    events.add(Event.newBuilder().setKv(kv).build());
    changed = true;
    return Answer.of(request.getPrevKv() && old != null ? List.of(old) : List.of());
  }

  private Answer delete(DeleteRangeRequest request) {
    List<KeyValue> gone =
        List.copyOf(in(present, request.getKey(), request.getRangeEnd()).values());
    for (KeyValue kv : gone) {
      present.remove(kv.getKey());
      events.add(
          Event.newBuilder()
              .setType(Event.EventType.DELETE)
              .setKv(KeyValue.newBuilder().setKey(kv.getKey()).setModRevision(revision + 1))
              .build());
      changed = true;
    }
    return new Answer(request.getPrevKv() ? gone : List.of(), gone.size(), false, true);
  }

  private Answer range(RangeRequest request) {
    SortedMap<ByteString, KeyValue> then = present;
    if (request.getRevision() > 0) {
      Map.Entry<Long, SortedMap<ByteString, KeyValue>> at =
          history.floorEntry(request.getRevision());
      then = at == null ? new TreeMap<>(UNSIGNED) : at.getValue();
    }
    List<KeyValue> all = List.copyOf(in(then, request.getKey(), request.getRangeEnd()).values());
    if (request.getCountOnly()) {
      return new Answer(List.of(), all.size(), false, true);
    }
    List<KeyValue> left =
        new ArrayList<>(
            all.stream()
                .filter(kv ->
                    (request.getMinModRevision() == 0
                            || kv.getModRevision() >= request.getMinModRevision())
                        && (request.getMaxCreateRevision() == 0
                            || kv.getCreateRevision() <= request.getMaxCreateRevision()))
                .toList());
    if (request.getSortOrder() == RangeRequest.SortOrder.DESCEND) {
      left = new ArrayList<>(left.reversed());
    }
    boolean more = request.getLimit() > 0 && left.size() > request.getLimit();
    if (more) {
      left = left.subList(0, (int) request.getLimit());
    }
    if (request.getKeysOnly()) {
      left.replaceAll(kv -> kv.toBuilder().clearValue().build());
    }
    return new Answer(List.copyOf(left), all.size(), more, true);
  }

  private static boolean holds(Compare compare, SortedMap<ByteString, KeyValue> before) {
    List<KeyValue> found =
        List.copyOf(in(before, compare.getKey(), compare.getRangeEnd()).values());
    if (found.isEmpty()) {
      return compare.getTarget() != Compare.CompareTarget.VALUE
          && holds(compare, KeyValue.getDefaultInstance());
    }
    return found.stream().allMatch(kv -> holds(compare, kv));
  }

  private static boolean holds(Compare compare, KeyValue kv) {
    int sign =
        switch (compare.getTarget()) {
          case VERSION -> Long.compare(kv.getVersion(), compare.getVersion());
          case CREATE -> Long.compare(kv.getCreateRevision(), compare.getCreateRevision());
          case MOD -> Long.compare(kv.getModRevision(), compare.getModRevision());
          case VALUE -> UNSIGNED.compare(kv.getValue(), compare.getValue());
          case LEASE -> Long.compare(kv.getLease(), compare.getLease());
          case UNRECOGNIZED -> throw new IllegalArgumentException("no target");
        };
    return switch (compare.getResult()) {
      case EQUAL -> sign == 0;
      case GREATER -> sign > 0;
      case LESS -> sign < 0;
      case NOT_EQUAL -> sign != 0;
      case UNRECOGNIZED -> throw new IllegalArgumentException("no result");
    };
  }

  private static SortedMap<ByteString, KeyValue> in(
      SortedMap<ByteString, KeyValue> all, ByteString key, ByteString end) {
    ByteString last = end.isEmpty() ? key.concat(Requests.FROM_KEY) : end;
    return UNSIGNED.compare(key, last) >= 0 ? new TreeMap<>(UNSIGNED) : all.subMap(key, last);
  }
}
