// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What tables hold, said as plainly as possible: the model that engines are compared with. */
final class StoredTables {
  private final Map<Table, NavigableMap<Bytes, Bytes>> tables = new LinkedHashMap<>();

  StoredTables(List<Table> tables) {
    tables.forEach(table -> this.tables.put(table, new TreeMap<>()));
  }

  /** Everything that an engine shows now. */
  static StoredTables of(StorageEngine engine, List<Table> tables) {
    StoredTables stored = new StoredTables(tables);
    try (StorageView view = engine.view()) {
      for (Table table : tables) {
        try (Cursor cursor = view.scan(table, Bytes.EMPTY, Bytes.EMPTY)) {
          while (cursor.next()) {
            stored.table(table).put(cursor.key(), cursor.value());
          }
        }
      }
    }
    return stored;
  }

  StoredTables copy() {
    StoredTables copy = new StoredTables(List.copyOf(tables.keySet()));
    tables.forEach((table, entries) -> copy.table(table).putAll(entries));
    return copy;
  }

  NavigableMap<Bytes, Bytes> table(Table table) {
    NavigableMap<Bytes, Bytes> entries = tables.get(table);
    if (entries == null) {
      throw new IllegalArgumentException("no table '" + table.name() + "' in the model");
    }
    return entries;
  }

  void apply(List<Mutation> batch) {
    for (Mutation mutation : batch) {
      NavigableMap<Bytes, Bytes> entries = table(mutation.table());
      switch (mutation) {
        case Mutation.Put put -> entries.put(put.key(), put.value());
        case Mutation.Delete delete -> entries.remove(delete.key());
        case Mutation.DeleteRange range -> {
          if (range.to().isEmpty()) {
            entries.tailMap(range.from(), true).clear();
          } else if (range.from().compareTo(range.to()) < 0) {
            entries.subMap(range.from(), range.to()).clear();
          }
        }
      }
    }
  }

  /** The entries of a range, in order or in reverse; an empty {@code to} means to the end. */
  Map<Bytes, Bytes> range(Table table, Bytes from, Bytes to, boolean reverse) {
    NavigableMap<Bytes, Bytes> entries = table(table);
    if (!to.isEmpty() && from.compareTo(to) >= 0) {
      return Map.of();
    }
    var range = to.isEmpty() ? entries.tailMap(from, true) : entries.subMap(from, true, to, false);
    return new LinkedHashMap<>(reverse ? range.descendingMap() : range);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StoredTables that && tables.equals(that.tables);
  }

  @Override
  public int hashCode() {
    return tables.hashCode();
  }

  /** Names and counts; contents may be megabytes. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    tables.forEach((table, entries) ->
        text.append(table.name()).append(": ").append(entries.size()).append(" entries "));
    return text.toString();
  }
}
