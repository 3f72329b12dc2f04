// SPDX-License-Identifier: Apache-2.0
package com.example.toybackend;

import io.cairn.spi.store.Bytes;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A key among those of all tables: table by table, and within a table in the order of S1. */
record Place(String table, Bytes key) implements Comparable<Place> {
  /** What of {@code map} is in a table from {@code from} to {@code to}, to the end if empty. */
  static NavigableMap<Place, Bytes> range(
      NavigableMap<Place, Bytes> map, String table, Bytes from, Bytes to) {
    Place first = new Place(table, from);
    Place end = to.isEmpty() ? new Place(table + '\0', to) : new Place(table, to);
    return first.compareTo(end) < 0 ? map.subMap(first, true, end, false) : new TreeMap<>();
  }

  @Override
  public int compareTo(Place other) {
    int order = table.compareTo(other.table);
    return order == 0 ? key.compareTo(other.key) : order;
  }
}
