// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The maps of one moment. */
final class ModelView implements StorageView {
  private final Supplier<Map<Table, NavigableMap<Bytes, Bytes>>> source;
  private @Nullable Map<Table, NavigableMap<Bytes, Bytes>> state;
  private final @Nullable Flaw flaw;
  private boolean closed;

  ModelView(Supplier<Map<Table, NavigableMap<Bytes, Bytes>>> source, @Nullable Flaw flaw) {
    this.source = source;
    this.flaw = flaw;
  }

  @Override
  public void get(Table table, List<Bytes> keys, Found found) {
    NavigableMap<Bytes, Bytes> entries = entries(table);
    Comparator<Integer> order =
        flaw == Flaw.S6_ANSWERS_COME_IN_KEY_ORDER
            ? Comparator.comparing(keys::get)
            : Comparator.naturalOrder();
    IntStream.range(0, keys.size())
        .boxed()
        .sorted(order)
        .forEach(position -> {
          Bytes value = entries.get(keys.get(position));
          if (value != null) {
            found.value(position, value);
          }
        });
  }

  @Override
  public Cursor scan(Table table, Bytes from, Bytes to) {
    return new ModelCursor(range(entries(table), from, to, true));
  }

  @Override
  public Cursor scanReverse(Table table, Bytes from, Bytes to) {
    boolean start = flaw != Flaw.S5_REVERSE_SKIPS_THE_START || from.isEmpty();
    return new ModelCursor(range(entries(table), from, to, start).descendingMap());
  }

  private NavigableMap<Bytes, Bytes> range(
      NavigableMap<Bytes, Bytes> entries, Bytes from, Bytes to, boolean start) {
    if (to.isEmpty()) {
      return entries.tailMap(from, start);
    }
    return from.compareTo(to) < 0
        ? entries.subMap(from, start, to, flaw == Flaw.S5_THE_END_IS_VISITED)
        : Collections.emptyNavigableMap();
  }

  private synchronized NavigableMap<Bytes, Bytes> entries(Table table) {
    if (closed) {
      throw new StorageException.Refused("the view is closed");
    }
    Map<Table, NavigableMap<Bytes, Bytes>> present = state;
    if (present == null) {
      present = source.get();
      state = present;
    }
    NavigableMap<Bytes, Bytes> entries = present.get(table);
    if (entries == null) {
      throw new IllegalArgumentException("no table '" + table.name() + "'");
    }
    return entries;
  }

  @Override
  public synchronized void close() {
    closed = true;
  }

  private static final class ModelCursor implements Cursor {
    private final Iterator<Map.Entry<Bytes, Bytes>> entries;
    private Map.@Nullable Entry<Bytes, Bytes> present;

    ModelCursor(NavigableMap<Bytes, Bytes> range) {
      entries = range.entrySet().iterator();
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
        throw new IllegalStateException("the cursor stands on no entry");
      }
      return entry;
    }

    @Override
    public void close() {}
  }
}
