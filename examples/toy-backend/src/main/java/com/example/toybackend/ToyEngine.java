// SPDX-License-Identifier: Apache-2.0
package com.example.toybackend;

import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageSize;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tables that are never changed once they are visible: a commit copies what it changes and then
 * shows all of it at once (S2, S3). The methods that write are synchronized, so close waits for
 * them (S11).
 */
final class ToyEngine implements StorageEngine {
  private static final String FAILED = "an earlier commit or barrier failed; open it anew";

  private final ToyFile file;

  /** Written under the lock of this, read by any thread. */
  private volatile Map<Table, NavigableMap<Bytes, Bytes>> tables;

  /** Why all work is refused, if it is (S7, S11). Written and read as the tables are. */
  private volatile @Nullable String refusal;

  private ToyEngine(ToyFile file, Map<Table, NavigableMap<Bytes, Bytes>> tables) {
    this.file = file;
    this.tables = tables;
  }

  static ToyEngine open(StorageOptions options) {
    ToyFile file = ToyFile.lock(options.directory());
    try {
      return new ToyEngine(file, file.read(options.tables()));
    } catch (RuntimeException e) {
      file.unlock();
      throw e;
    }
  }

  @Override
  public StorageView view() {
    requireUsable();
    return new ToyView(tables);
  }

  @Override
  public synchronized void commit(List<Mutation> batch) {
    requireUsable();
    Map<Table, NavigableMap<Bytes, Bytes>> changed = new LinkedHashMap<>();
    try {
      for (Mutation mutation : batch) {
        Table table = mutation.table();
        apply(mutation, changed.computeIfAbsent(table, any -> new TreeMap<>(tables.get(table))));
      }
    } catch (RuntimeException | Error e) {
      refusal = FAILED;
      throw e;
    }
    Map<Table, NavigableMap<Bytes, Bytes>> next = new LinkedHashMap<>(tables);
    next.putAll(changed);
    tables = next;
  }

  /** The caller may write to its arrays afterwards, so what is kept is copied. */
  private static void apply(Mutation mutation, NavigableMap<Bytes, Bytes> entries) {
    switch (mutation) {
      case Mutation.Put put ->
          entries.put(Bytes.of(put.key().toByteArray()), Bytes.of(put.value().toByteArray()));
      case Mutation.Delete delete -> entries.remove(delete.key());
      case Mutation.DeleteRange range -> ToyView.range(entries, range.from(), range.to()).clear();
    }
  }

  @Override
  public synchronized void barrier() {
    requireUsable();
    try {
      file.write(tables);
    } catch (RuntimeException | Error e) {
      refusal = FAILED;
      throw e;
    }
  }

  @Override
  public StorageSize size() {
    requireUsable();
    long bytes = 0;
    for (NavigableMap<Bytes, Bytes> entries : tables.values()) {
      for (Map.Entry<Bytes, Bytes> entry : entries.entrySet()) {
        bytes += entry.getKey().length() + entry.getValue().length();
      }
    }
    return new StorageSize(bytes, bytes);
  }

  /** The file never holds more than there is. */
  @Override
  public void reclaim() {
    requireUsable();
  }

  @Override
  public synchronized void close() {
    refusal = "the engine is closed";
    file.unlock();
  }

  private void requireUsable() {
    String why = refusal;
    if (why != null) {
      throw new StorageException.Refused(why);
    }
  }
}
