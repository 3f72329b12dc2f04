// SPDX-License-Identifier: Apache-2.0
package com.example.toybackend;

import static java.util.Objects.requireNonNull;

import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageSize;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Bytes;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tables that are never changed once they are visible: a commit copies them, changes the copies and
 * then shows all of them at once (S2, S3).
 */
final class ToyEngine implements StorageEngine {
  private final ToyFile file;

  /** Written under the lock of this, read by any thread. */
  private volatile Map<String, NavigableMap<Bytes, Bytes>> tables;

  /** Why all work is refused, if it is (S7, S11). Written and read as the tables are. */
  private volatile @Nullable String refusal;

  ToyEngine(StorageOptions options) {
    file = ToyFile.lock(options.directory());
    try {
      tables = file.read(options.tables());
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
  public void commit(List<Mutation> batch) {
    attempt(() -> {
      Map<String, NavigableMap<Bytes, Bytes>> next = new TreeMap<>();
      tables.forEach((name, entries) -> next.put(name, new TreeMap<>(entries)));
      batch.forEach(mutation -> apply(mutation, requireNonNull(next.get(mutation.table().name()))));
      tables = next;
    });
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
  public void barrier() {
    attempt(() -> file.write(tables));
  }

  /** Views go on meanwhile, also if it fails; close waits for it (S7, S11). */
  private synchronized void attempt(Runnable work) {
    requireUsable();
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      refusal = "an earlier commit or barrier failed; open it anew";
      throw e;
    }
  }

  @Override
  public StorageSize size() {
    requireUsable();
    long bytes =
        tables.values().stream()
            .flatMap(entries -> entries.entrySet().stream())
            .mapToLong(entry -> entry.getKey().length() + entry.getValue().length())
            .sum();
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
