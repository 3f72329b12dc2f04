// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.powercut;

import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.storage.Table.KeyOrder;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** Batches that are a function of a seed and their number, and what they leave. */
final class Workload {
  /** What an engine was found to hold: the number of the last batch, and a hash of all rows. */
  record Content(long last, int hash) {}

  private static final Table META = new Table("meta", KeyOrder.ANY);
  private static final Table SCATTERED = new Table("scattered", KeyOrder.ANY);
  private static final Table ASCENDING = new Table("ascending", KeyOrder.ASCENDING);
  static final List<Table> TABLES = List.of(SCATTERED, ASCENDING, META);

  private static final Bytes NUMBER = Bytes.utf8("number");
  private static final int ASCENDING_PER_BATCH = 40;
  private static final int SCATTERED_PER_BATCH_MAX = 12;
  private static final int SCATTERED_KEYS = 3_000;
  private static final int VALUE_BYTES_MAX = 900;
  private static final int BATCHES_KEPT = 80;
  private static final int BATCHES_BETWEEN_REMOVALS = 20;

  private final long seed;

  Workload(long seed) {
    this.seed = seed;
  }

  List<Mutation> batch(long number) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + number);
    List<Mutation> batch = new ArrayList<>();
    for (int i = 0; i < ASCENDING_PER_BATCH; i++) {
      Bytes key = ascending(number * ASCENDING_PER_BATCH + i);
      batch.add(new Mutation.Put(ASCENDING, key, value(random)));
    }
    for (int i = random.nextInt(SCATTERED_PER_BATCH_MAX); i > 0; i--) {
      Bytes key = Bytes.utf8("key-" + random.nextInt(SCATTERED_KEYS));
      batch.add(
          random.nextInt(3) == 0
              ? new Mutation.Delete(SCATTERED, key)
              : new Mutation.Put(SCATTERED, key, value(random)));
    }
    if (number % BATCHES_BETWEEN_REMOVALS == 0) {
      // So that engines have room to use again, which is where a lost write would hurt.
      Bytes to = ascending(Math.max(0, number - BATCHES_KEPT) * ASCENDING_PER_BATCH);
      batch.add(new Mutation.DeleteRange(ASCENDING, Bytes.EMPTY, to));
    }
    batch.add(new Mutation.Put(META, NUMBER, Bytes.utf8(Long.toString(number))));
    return batch;
  }

  private static Bytes value(SplittableRandom random) {
    byte[] value = new byte[random.nextInt(VALUE_BYTES_MAX)];
    random.nextBytes(value);
    return Bytes.of(value);
  }

  private static Bytes ascending(long number) {
    return Bytes.utf8("%016d".formatted(number));
  }

  /** The contents after each of the first batches; at position 0 that of an empty engine. */
  List<Content> contents(int batches) {
    Map<Table, NavigableMap<Bytes, Bytes>> model = new LinkedHashMap<>();
    TABLES.forEach(table -> model.put(table, new TreeMap<>()));
    List<Content> contents = new ArrayList<>();
    contents.add(new Content(0, hash(model)));
    for (int number = 1; number <= batches; number++) {
      for (Mutation mutation : batch(number)) {
        NavigableMap<Bytes, Bytes> rows = model.getOrDefault(mutation.table(), new TreeMap<>());
        switch (mutation) {
          case Mutation.Put(Table _, Bytes key, Bytes value) -> rows.put(key, value);
          case Mutation.Delete(Table _, Bytes key) -> rows.remove(key);
          case Mutation.DeleteRange(Table _, Bytes from, Bytes to) -> rows.subMap(from, to).clear();
        }
      }
      contents.add(new Content(number, hash(model)));
    }
    return contents;
  }

  private static int hash(Map<Table, NavigableMap<Bytes, Bytes>> model) {
    CRC32C crc = new CRC32C();
    for (Table table : TABLES) {
      model.getOrDefault(table, new TreeMap<>()).forEach((key, value) -> update(crc, key, value));
      crc.update(0);
    }
    return (int) crc.getValue();
  }

  /** What {@code engine} holds. */
  static Content content(StorageEngine engine) {
    CRC32C crc = new CRC32C();
    long last = 0;
    try (StorageView view = engine.view()) {
      for (Table table : TABLES) {
        try (Cursor rows = view.scan(table, Bytes.EMPTY, Bytes.EMPTY)) {
          while (rows.next()) {
            update(crc, rows.key(), rows.value());
            if (table.equals(META) && rows.key().equals(NUMBER)) {
              last = Long.parseLong(rows.value().toUtf8());
            }
          }
        }
        crc.update(0);
      }
    }
    return new Content(last, (int) crc.getValue());
  }

  private static void update(CRC32C crc, Bytes key, Bytes value) {
    crc.update(key.array(), key.offset(), key.length());
    crc.update(value.array(), value.offset(), value.length());
  }
}
