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
import org.jspecify.annotations.Nullable;

/** Tables that nobody changes any more (S2). */
final class ToyView implements StorageView {
  private final Map<Table, NavigableMap<Bytes, Bytes>> tables;
  private volatile boolean closed;

  ToyView(Map<Table, NavigableMap<Bytes, Bytes>> tables) {
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
    return new Walk(range(entries(table), from, to).entrySet().iterator());
  }

  @Override
  public Cursor scanReverse(Table table, Bytes from, Bytes to) {
    return new Walk(range(entries(table), from, to).descendingMap().entrySet().iterator());
  }

  private NavigableMap<Bytes, Bytes> entries(Table table) {
    if (closed) {
      throw new StorageException.Refused("the view is closed");
    }
    return tables.getOrDefault(table, new TreeMap<>());
  }

  @Override
  public void close() {
    closed = true;
  }

  /** Stands before, on and behind the entries, one after the other. */
  private static final class Walk implements Cursor {
    private final Iterator<Map.Entry<Bytes, Bytes>> entries;
    private Map.@Nullable Entry<Bytes, Bytes> present;

    Walk(Iterator<Map.Entry<Bytes, Bytes>> entries) {
      this.entries = entries;
    }

    @Override
    public boolean next() {
      present = entries.hasNext() ? entries.next() : null;
      return present != null;
    }

    @Override
    public Bytes key() {
      return present().getKey();
    }

    @Override
    public Bytes value() {
      return present().getValue();
    }

    private Map.Entry<Bytes, Bytes> present() {
      Map.Entry<Bytes, Bytes> entry = present;
      if (entry == null) {
        throw new StorageException.Refused("the cursor stands on no entry");
      }
      return entry;
    }

    @Override
    public void close() {
      present = null;
    }
  }
}
