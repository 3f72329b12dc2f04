// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageSize;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.storage.Table.KeyOrder;
import io.cairn.spi.store.Bytes;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sorted maps that are copied by every commit, and a file that every barrier writes anew. */
final class ModelEngine implements StorageEngine {
  /** Every table's entries; neither map is changed once it is published. */
  private volatile Map<Table, NavigableMap<Bytes, Bytes>> published = new LinkedHashMap<>();

  private Map<Table, NavigableMap<Bytes, Bytes>> beforeLastCommit;
  private Map<Table, NavigableMap<Bytes, Bytes>> atLastBarrier;
  private final ModelFile file;
  private final @Nullable Flaw flaw;
  private volatile boolean failed;
  private volatile boolean closed;
  private long everWrittenBytes;

  ModelEngine(StorageOptions options, @Nullable Flaw flaw) {
    this.flaw = flaw;
    file = ModelFile.open(options.directory(), flaw);
    for (Table table : options.tables()) {
      published.put(table, new TreeMap<>(order()));
    }
    try {
      file.read(options.tables()).forEach((table, entries) -> copyOf(table).putAll(entries));
    } catch (StorageException e) {
      file.close();
      throw e;
    }
    beforeLastCommit = published;
    atLastBarrier = published;
  }

  @Override
  public StorageView view() {
    requireUsable();
    return has(Flaw.S2_A_VIEW_BEGINS_AT_ITS_FIRST_READ)
        ? new ModelView(() -> published, flaw)
        : new ModelView(constant(published), flaw);
  }

  private static Supplier<Map<Table, NavigableMap<Bytes, Bytes>>> constant(
      Map<Table, NavigableMap<Bytes, Bytes>> state) {
    return () -> state;
  }

  @Override
  public synchronized void commit(List<Mutation> batch) {
    requireUsable();
    Map<Table, NavigableMap<Bytes, Bytes>> before = published;
    Map<Table, NavigableMap<Bytes, Bytes>> next = new LinkedHashMap<>(before);
    Set<Table> copied = new HashSet<>();
    try {
      for (Mutation mutation : batch) {
        // Copied the first time only, unless parts are to be seen.
        if (copied.add(mutation.table()) || partsShow(mutation)) {
          next.compute(mutation.table(), (table, entries) -> copy(entries));
        }
        apply(mutation, next.get(mutation.table()));
        if (partsShow(mutation)) {
          published = new LinkedHashMap<>(next);
        }
      }
    } catch (RuntimeException e) {
      if (has(Flaw.S3_A_FAILED_BATCH_LEAVES_A_PART)) {
        file.write(next);
      }
      published = before;
      failed = !has(Flaw.S7_WORK_GOES_ON_AFTER_A_FAILURE);
      throw e;
    }
    beforeLastCommit = before;
    published = next;
  }

  /** Not where tables are large, since each part is a copy. */
  private boolean partsShow(Mutation mutation) {
    return has(Flaw.S3_PARTS_OF_A_BATCH_SHOW) && mutation.table().keys() == KeyOrder.ANY;
  }

  private void apply(Mutation mutation, @Nullable NavigableMap<Bytes, Bytes> entries) {
    if (entries == null) {
      throw new IllegalArgumentException("no table '" + mutation.table().name() + "'");
    }
    switch (mutation) {
      case Mutation.Put put -> {
        everWrittenBytes += put.key().length() + put.value().length();
        entries.put(own(put.key()), own(put.value()));
      }
      case Mutation.Delete delete -> entries.remove(delete.key());
      case Mutation.DeleteRange range -> {
        boolean end = has(Flaw.S1_A_RANGE_DELETION_TAKES_ITS_END);
        if (range.to().isEmpty()) {
          entries.tailMap(range.from(), true).clear();
        } else if (order().compare(range.from(), range.to()) < 0) {
          entries.subMap(range.from(), true, range.to(), end).clear();
        }
      }
    }
  }

  @Override
  public synchronized void barrier() {
    requireUsable();
    atLastBarrier = has(Flaw.S4_A_BARRIER_MISSES_THE_LAST_COMMIT) ? beforeLastCommit : published;
    file.write(atLastBarrier);
  }

  @Override
  public StorageSize size() {
    requireUsable();
    long bytes = 0;
    for (NavigableMap<Bytes, Bytes> entries : published.values()) {
      for (Map.Entry<Bytes, Bytes> each : entries.entrySet()) {
        bytes += each.getKey().length() + each.getValue().length();
      }
    }
    return new StorageSize(has(Flaw.S10_NOTHING_IS_EVER_FREED) ? everWrittenBytes : bytes, bytes);
  }

  @Override
  public synchronized void reclaim() {
    requireUsable();
    if (has(Flaw.S10_RECLAIMING_LOSES_ENTRIES)) {
      Map<Table, NavigableMap<Bytes, Bytes>> next = new LinkedHashMap<>(published);
      next.replaceAll((table, entries) -> copy(entries));
      next.values().forEach(NavigableMap::pollLastEntry);
      published = next;
    }
  }

  @Override
  public void close() {
    if (has(Flaw.S11_CLOSE_DOES_NOT_WAIT)) {
      release();
    } else {
      synchronized (this) {
        release();
      }
    }
  }

  private void release() {
    if (closed) {
      if (has(Flaw.S11_THE_SECOND_CLOSE_THROWS)) {
        throw new StorageException.Refused("the engine is closed");
      }
      return;
    }
    closed = true;
    if (has(Flaw.S4_TABLES_SURVIVE_APART)) {
      Map<Table, NavigableMap<Bytes, Bytes>> mixed = new LinkedHashMap<>(atLastBarrier);
      Table first = mixed.keySet().iterator().next();
      mixed.put(first, copyOf(first));
      file.write(mixed);
    }
    file.close();
  }

  private boolean has(Flaw candidate) {
    return flaw == candidate;
  }

  private Bytes own(Bytes bytes) {
    return has(Flaw.S6_ARRAYS_ARE_KEPT) ? bytes : Bytes.of(bytes.toByteArray());
  }

  private NavigableMap<Bytes, Bytes> copyOf(Table table) {
    NavigableMap<Bytes, Bytes> entries = published.get(table);
    return entries == null ? Collections.emptyNavigableMap() : entries;
  }

  private static NavigableMap<Bytes, Bytes> copy(@Nullable NavigableMap<Bytes, Bytes> entries) {
    return entries == null ? new TreeMap<>() : new TreeMap<>(entries);
  }

  private Comparator<Bytes> order() {
    return has(Flaw.S1_BYTES_ARE_SIGNED)
        ? (a, b) -> Arrays.compare(a.toByteArray(), b.toByteArray())
        : Comparator.naturalOrder();
  }

  private void requireUsable() {
    if (closed) {
      throw new StorageException.Refused("the engine is closed");
    }
    if (failed) {
      throw new StorageException.Refused("the engine has failed");
    }
  }
}
