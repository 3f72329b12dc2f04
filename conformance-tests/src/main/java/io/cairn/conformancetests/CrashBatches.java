// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.storage.Table.KeyOrder;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Batches that are a function of a seed and their number, so that a process which wrote some of
 * them and one which checks them need no words between them.
 */
final class CrashBatches {
  private static final Table META = new Table("meta", KeyOrder.ANY);
  private static final Table SCATTERED = new Table("scattered", KeyOrder.ANY);
  private static final Table ASCENDING = new Table("ascending", KeyOrder.ASCENDING);
  private static final Table LARGE = new Table("large", KeyOrder.ANY);
  static final List<Table> TABLES = List.of(SCATTERED, ASCENDING, LARGE, META);

  private static final Bytes NUMBER = Bytes.utf8("number");
  private static final int ASCENDING_PER_BATCH = 8;
  private static final int LARGE_EVERY = 32;
  private static final int LARGE_BYTES = 300_000;

  private final long seed;

  CrashBatches(long seed) {
    this.seed = seed;
  }

  List<Mutation> batch(long number) {
    SplittableRandom random = new SplittableRandom(seed + number);
    List<Mutation> batch = new ArrayList<>();
    for (int i = 0; i < ASCENDING_PER_BATCH; i++) {
      byte[] value = new byte[random.nextInt(1000)];
      random.nextBytes(value);
      batch.add(
          new Mutation.Put(
              ASCENDING, ascending(number * ASCENDING_PER_BATCH + i), Bytes.of(value)));
    }
    for (int i = random.nextInt(8); i > 0; i--) {
      Bytes key = Bytes.utf8("k" + random.nextInt(200));
      batch.add(
          random.nextInt(3) == 0
              ? new Mutation.Delete(SCATTERED, key)
              : new Mutation.Put(SCATTERED, key, Bytes.utf8("v" + number)));
    }
    if (isLarge(number)) {
      byte[] value = new byte[LARGE_BYTES];
      random.nextBytes(value);
      batch.add(new Mutation.Put(LARGE, Bytes.utf8("only"), Bytes.of(value)));
    }
    if (number % 50 == 0) {
      // Keeps the tables small however long the process lives.
      batch.add(
          new Mutation.DeleteRange(
              ASCENDING, Bytes.EMPTY, ascending((number - 100) * ASCENDING_PER_BATCH)));
    }
    batch.add(new Mutation.Put(META, NUMBER, Bytes.utf8(Long.toString(number))));
    return batch;
  }

  /** Whether a batch fills what an engine of little memory gathers before it writes. */
  static boolean isLarge(long number) {
    return number % LARGE_EVERY == 0;
  }

  /** The number of the last batch that an engine holds, 0 if it holds none. */
  static long last(StorageEngine engine) {
    try (StorageView view = engine.view();
        Cursor cursor = view.scan(META, Bytes.EMPTY, Bytes.EMPTY)) {
      return cursor.next() ? Long.parseLong(cursor.value().toUtf8()) : 0;
    }
  }

  /** What an engine holds after the batches up to {@code last}. */
  StoredTables after(long last) {
    StoredTables state = new StoredTables(TABLES);
    for (long number = 1; number <= last; number++) {
      state.apply(batch(number));
    }
    return state;
  }

  private static Bytes ascending(long number) {
    return Bytes.utf8(String.format("%016d", Math.max(0, number)));
  }
}
