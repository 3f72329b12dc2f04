// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.apply;

import io.cairn.kernel.index.IndexCursor;
import io.cairn.kernel.index.IndexReader;
import io.cairn.kernel.index.KeyRecord;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Compare;
import io.cairn.spi.store.KeyValueFormat;
import java.util.List;

/** The comparisons of transactions, against one state of the index. */
@OnLane("owner")
public final class Compares {
  /** Finds the record of a revision that the index has named. */
  @FunctionalInterface
  public interface Records {
    /** Never null. */
    Bytes record(long main, int sub);
  }

  private final IndexReader index;
  private final long revision;
  private final Records records;

  /** Compares with what {@code index} holds at {@code revision}. */
  public Compares(IndexReader index, long revision, Records records) {
    this.index = index;
    this.revision = revision;
    this.records = records;
  }

  /** Whether all of them hold; no comparison holds always. */
  public boolean hold(List<Compare> compares) {
    for (Compare compare : compares) {
      if (!holds(compare)) {
        return false;
      }
    }
    return true;
  }

  private boolean holds(Compare compare) {
    if (compare.range().isSingle()) {
      KeyRecord key = index.get(compare.range().key(), revision);
      return key == null
          ? holdsForNothing(compare)
          : holds(compare, key.createRevision(), key.modRevision(), key.sub(), key.version());
    }
    IndexCursor cursor = index.scan(compare.range(), revision);
    if (!cursor.next()) {
      return holdsForNothing(compare);
    }
    do {
      if (!holds(
          compare, cursor.createRevision(), cursor.modRevision(), cursor.sub(), cursor.version())) {
        return false;
      }
    } while (cursor.next());
    return true;
  }

  /** A value that is not there satisfies nothing; every number of what is not there is 0. */
  private static boolean holdsForNothing(Compare compare) {
    return switch (compare.target()) {
      case VALUE -> false;
      case VERSION, CREATE, MOD, LEASE ->
          holds(compare.result(), Long.compare(0, compare.number()));
      case UNKNOWN -> holds(compare.result(), 0);
    };
  }

  private boolean holds(Compare compare, long create, long mod, int sub, long version) {
    int relation =
        switch (compare.target()) {
          case VERSION -> Long.compare(version, compare.number());
          case CREATE -> Long.compare(create, compare.number());
          case MOD -> Long.compare(mod, compare.number());
          case VALUE ->
              KeyValueFormat.decode(records.record(mod, sub)).value().compareTo(compare.bytes());
          case LEASE ->
              Long.compare(
                  KeyValueFormat.decode(records.record(mod, sub)).lease(), compare.number());
          case UNKNOWN -> 0;
        };
    return holds(compare.result(), relation);
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
}
