// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.check;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Which keys are touched together: those that some request is about, and what that leads to. */
@OnLane("owner")
final class Partition {
  /** All keys that are named anywhere, in order. */
  private final List<Bytes> keys;

  /** Another key of the same component, by key; its root is its own. */
  private final int[] parents;

  Partition(List<Footprint> footprints) {
    TreeSet<Bytes> named = new TreeSet<>();
    for (Footprint one : footprints) {
      one.touched().forEach(range -> named.add(range.key()));
    }
    keys = List.copyOf(named);
    parents = new int[keys.size()];
    Arrays.setAll(parents, i -> i);
    for (Footprint one : footprints) {
      List<KeyRange> ranges = one.touched();
      int first = of(ranges.getFirst().key());
      for (KeyRange range : ranges) {
        int at = at(range.key());
        parents[root(at)] = root(first);
        while (!range.isSingle() && ++at < keys.size() && range.contains(keys.get(at))) {
          parents[root(at)] = root(first);
        }
      }
    }
  }

  private int at(Bytes key) {
    return Collections.binarySearch(keys, key);
  }

  private int root(int at) {
    int root = at;
    while (parents[root] != root) {
      root = parents[root];
    }
    parents[at] = root;
    return root;
  }

  /** The component of a key that is named. */
  int of(Bytes key) {
    return root(at(key));
  }

  Set<Bytes> keys(int component) {
    TreeSet<Bytes> found = new TreeSet<>();
    for (int at = 0; at < keys.size(); at++) {
      if (root(at) == component) {
        found.add(keys.get(at));
      }
    }
    return found;
  }
}
