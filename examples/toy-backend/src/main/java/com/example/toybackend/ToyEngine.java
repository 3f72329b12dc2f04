// SPDX-License-Identifier: Apache-2.0
package com.example.toybackend;

import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageSize;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Bytes;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A map that is never changed once it is visible: a commit copies it, changes the copy and then
 * shows that (S2, S3).
 */
final class ToyEngine implements StorageEngine {
  private final ToyFile file;

  /** Written under the lock of this, read by any thread. */
  private volatile NavigableMap<Place, Bytes> entries;

  ToyEngine(StorageOptions options) {
    file = ToyFile.lock(options.directory());
    try {
      entries = file.read(options.tables());
    } catch (RuntimeException e) {
      file.lock().close();
      throw e;
    }
  }

  @Override
  public StorageView view() {
    requireOpen();
    return new ToyView(entries);
  }

  @Override
  public void commit(List<Mutation> batch) {
    attempt(() -> {
      NavigableMap<Place, Bytes> next = new TreeMap<>(entries);
      batch.forEach(mutation -> apply(mutation, mutation.table().name(), next));
      entries = next;
    });
  }

  /** The caller may write to its arrays afterwards, so what is kept is copied. */
  private static void apply(Mutation mutation, String table, NavigableMap<Place, Bytes> next) {
    switch (mutation) {
      case Mutation.Put(var _, Bytes key, Bytes value) -> {
        Place place = new Place(table, Bytes.of(key.toByteArray()));
        next.put(place, Bytes.of(value.toByteArray()));
      }
      case Mutation.Delete(var _, Bytes key) -> next.remove(new Place(table, key));
      case Mutation.DeleteRange(var _, Bytes from, Bytes to) ->
          Place.range(next, table, from, to).clear();
    }
  }

  @Override
  public void barrier() {
    attempt(() -> file.write(entries));
  }

  /** If it fails, that is the end; close waits for it; views go on in any case (S7, S11). */
  private synchronized void attempt(Runnable work) {
    requireOpen();
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  @Override
  public StorageSize size() {
    requireOpen();
    long bytes = file.content().toFile().length();
    return new StorageSize(bytes, bytes);
  }

  /** The file never holds more than there is. */
  @Override
  public void reclaim() {
    requireOpen();
  }

  @Override
  public synchronized void close() {
    file.lock().close();
  }

  private void requireOpen() {
    if (!file.lock().isHeld()) {
      throw new StorageException.Refused("closed, perhaps by a commit or barrier that failed");
    }
  }
}
