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

/** A map that nobody changes any more (S2). */
final class ToyView implements StorageView {
  private final NavigableMap<Place, Bytes> entries;
  private volatile boolean closed;

  ToyView(NavigableMap<Place, Bytes> entries) {
    this.entries = entries;
  }

  @Override
  public void get(Table table, List<Bytes> keys, Found found) {
    for (int position = 0; position < keys.size(); position++) {
      Bytes value = entries().get(new Place(table.name(), keys.get(position)));
      if (value != null) {
        found.value(position, value);
      }
    }
  }

  @Override
  public Cursor scan(Table table, Bytes from, Bytes to) {
    return new Walk(Place.range(entries(), table.name(), from, to));
  }

  @Override
  public Cursor scanReverse(Table table, Bytes from, Bytes to) {
    return new Walk(Place.range(entries(), table.name(), from, to).descendingMap());
  }

  private NavigableMap<Place, Bytes> entries() {
    if (closed) {
      throw new StorageException.Refused("the view is closed");
    }
    return entries;
  }

  @Override
  public void close() {
    closed = true;
  }

  /** Stands before the entries, with nothing in its hands, and then on one after the other. */
  private static final class Walk implements Cursor {
    private final Iterator<Map.Entry<Place, Bytes>> entries;
    private Map.Entry<Place, Bytes> present = Map.entry(new Place("", Bytes.EMPTY), Bytes.EMPTY);

    Walk(Map<Place, Bytes> range) {
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
      return present.getKey().key();
    }

    @Override
    public Bytes value() {
      return present.getValue();
    }

    @Override
    public void close() {}
  }
}
