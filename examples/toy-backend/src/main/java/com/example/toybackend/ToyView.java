// SPDX-License-Identifier: Apache-2.0
package com.example.toybackend;

import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Tables that nobody changes any more (S2). */
final class ToyView implements StorageView {
  private final Map<String, NavigableMap<Bytes, Bytes>> tables;
  private volatile boolean closed;

  ToyView(Map<String, NavigableMap<Bytes, Bytes>> tables) {
    this.tables = tables;
  }

  /** The entries from {@code from} to {@code to}, or to the end if that is empty. */
  static NavigableMap<Bytes, Bytes> range(
      NavigableMap<Bytes, Bytes> entries, Bytes from, Bytes to) {
    if (to.isEmpty()) {
      return entries.tailMap(from, true);
    }
    return from.compareTo(to) < 0 ? entries.subMap(from, true, to, false) : new TreeMap<>();
  }

  @Override
  public void get(Table table, List<Bytes> keys, Found found) {
    NavigableMap<Bytes, Bytes> entries = entries(table);
    for (int position = 0; position < keys.size(); position++) {
      Bytes value = entries.get(keys.get(position));
      if (value != null) {
        found.value(position, value);
      }
    }
  }

  @Override
  public Cursor scan(Table table, Bytes from, Bytes to) {
    return new Walk(range(entries(table), from, to));
  }

  @Override
  public Cursor scanReverse(Table table, Bytes from, Bytes to) {
    return new Walk(range(entries(table), from, to).descendingMap());
  }

  private NavigableMap<Bytes, Bytes> entries(Table table) {
    if (closed) {
      throw new StorageException.Refused("the view is closed");
    }
    return tables.getOrDefault(table.name(), new TreeMap<>());
  }

  @Override
  public void close() {
    closed = true;
  }

  /** Stands before the entries, with nothing in its hands, and then on one after the other. */
  private static final class Walk implements Cursor {
    private final Iterator<Map.Entry<Bytes, Bytes>> entries;
    private Map.Entry<Bytes, Bytes> present = Map.entry(Bytes.EMPTY, Bytes.EMPTY);

    Walk(Map<Bytes, Bytes> range) {
      entries = range.entrySet().iterator();
    }

    @Override
    public boolean next() {
      boolean more = entries.hasNext();
      present = more ? entries.next() : present;
      return more;
    }

    @Override
    public Bytes key() {
      return present.getKey();
    }

    @Override
    public Bytes value() {
      return present.getValue();
    }

    @Override
    public void close() {}
  }
}
