// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.check;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeRequest.SortOrder;
import io.cairn.spi.store.RangeRequest.SortTarget;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.ResponseHeader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All that every key ever was, and what a read shows of it. */
@OnLane("owner")
final class KeyHistories {
  /** What a key was from a revision on; no value if it was deleted there. */
  private record Version(long revision, @Nullable KeyValue value) {}

  private final NavigableMap<Bytes, List<Version>> byKey = new TreeMap<>();

  /** What a key is from a revision on, which is the newest; null if it is not there. */
  void set(Bytes key, long revision, @Nullable KeyValue value) {
    List<Version> versions = byKey.computeIfAbsent(key, _ -> new ArrayList<>());
    if (!versions.isEmpty() && versions.getLast().revision() == revision) {
      versions.removeLast();
    }
    versions.add(new Version(revision, value));
  }

  /** What a key was at a revision, or null. */
  @Nullable KeyValue valueAt(Bytes key, long at) {
    List<Version> versions = byKey.get(key);
    return versions == null ? null : valueAt(versions, at);
  }

  private static @Nullable KeyValue valueAt(List<Version> versions, long at) {
    if (versions.getLast().revision() <= at) {
      return versions.getLast().value(); // As most readers want it.
    }
    int low = 0;
    int high = versions.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (versions.get(middle).revision() <= at) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == 0 ? null : versions.get(low - 1).value();
  }

  /**
   * What the keys of a range were at a revision, in their order; without those that were not there.
   */
  List<KeyValue> inRange(KeyRange range, long at) {
    List<KeyValue> found = new ArrayList<>();
    if (range.isVoid()) {
      return found;
    }
    if (range.isSingle()) {
      KeyValue value = valueAt(range.key(), at);
      if (value != null) {
        found.add(value);
      }
      return found;
    }
    NavigableMap<Bytes, List<Version>> candidates =
        range.isOpenEnded()
            ? byKey.tailMap(range.key(), true)
            : byKey.subMap(range.key(), true, range.end(), false);
    for (List<Version> versions : candidates.values()) {
      KeyValue value = valueAt(versions, at);
      if (value != null) {
        found.add(value);
      }
    }
    return found;
  }

  /** A range step by step as etcd does it: fetch, filter, sort, cut. */
  RangeResult range(RangeRequest range, long at, ResponseHeader header) {
    List<KeyValue> kvs = inRange(range.range(), at);
    long count = kvs.size();
    if (range.countOnly()) {
      return new RangeResult(header, List.of(), false, count);
    }
    long limit = Math.max(0, range.limit());
    boolean fetchesAll = range.order() != SortOrder.NONE || range.isFiltered() || limit == 0;
    if (!fetchesAll && kvs.size() > limit + 1) {
      kvs = new ArrayList<>(kvs.subList(0, (int) limit + 1));
    }
    kvs.removeIf(kv -> isFilteredOut(range, kv));
    Comparator<KeyValue> order = byTarget(range.target());
    kvs.sort(range.order() == SortOrder.DESCEND ? Collections.reverseOrder(order) : order);
    boolean more = limit > 0 && kvs.size() > limit;
    List<Bytes> encoded = new ArrayList<>();
    for (KeyValue kv : more ? kvs.subList(0, (int) limit) : kvs) {
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

  private static boolean isFilteredOut(RangeRequest range, KeyValue kv) {
    return (range.maxModRevision() != 0 && kv.modRevision() > range.maxModRevision())
        || (range.minModRevision() != 0 && kv.modRevision() < range.minModRevision())
        || (range.maxCreateRevision() != 0 && kv.createRevision() > range.maxCreateRevision())
        || (range.minCreateRevision() != 0 && kv.createRevision() < range.minCreateRevision());
  }

  private static Comparator<KeyValue> byTarget(SortTarget target) {
    return switch (target) {
      case KEY -> Comparator.comparing(KeyValue::key);
      case VERSION -> Comparator.comparingLong(KeyValue::version);
      case CREATE -> Comparator.comparingLong(KeyValue::createRevision);
      case MOD -> Comparator.comparingLong(KeyValue::modRevision);
      case VALUE -> Comparator.comparing(KeyValue::value);
      case UNKNOWN -> throw new IllegalArgumentException("refused before");
    };
  }
}
