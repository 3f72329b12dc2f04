// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.storage.Table.KeyOrder;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Random batches, and random reads that are compared with what a model says.
 *
 * <p>Every batch numbers itself in the table {@code meta}, so after a reopen the number says which
 * prefix of the batches is there, and everything else must be the model's state after just that
 * prefix.
 */
final class RandomWork {
  private static final Table META = new Table("meta", KeyOrder.ANY);
  private static final Bytes NUMBER = Bytes.utf8("number");
  static final List<Table> TABLES =
      List.of(
          new Table("anyone", KeyOrder.ANY),
          new Table("anytwo", KeyOrder.ANY),
          new Table("ascending", KeyOrder.ASCENDING),
          META);

  private static final byte[] ALPHABET = {0, 1, 'a', 'b', 0x7f, (byte) 0x80, (byte) 0xfe, -1};

  private final SplittableRandom random;
  private long ascending;

  RandomWork(SplittableRandom random) {
    this.random = random;
  }

  /** The number of the last batch that a state has; 0 if it has none. */
  static long lastBatch(StoredTables state) {
    Bytes number = state.table(META).get(NUMBER);
    return number == null ? 0 : Long.parseLong(number.toUtf8());
  }

  /**
   * Batch {@code number} of a history: mostly small, sometimes large, now and then a huge value.
   */
  List<Mutation> batch(long number) {
    List<Mutation> batch = new ArrayList<>();
    int size = random.nextInt(10) == 0 ? random.nextInt(400) : random.nextInt(8);
    for (int i = 0; i < size; i++) {
      Table table = TABLES.get(random.nextInt(3));
      int die = random.nextInt(20);
      if (table.keys() == KeyOrder.ASCENDING) {
        batch.add(
            die < 17
                ? new Mutation.Put(table, ascendingKey(ascending++), value(random))
                : die == 17
                    ? new Mutation.DeleteRange(
                        table, Bytes.EMPTY, ascendingKey(random.nextLong(ascending + 1)))
                    : new Mutation.Delete(table, ascendingKey(random.nextLong(ascending + 1))));
      } else {
        batch.add(
            die < 14
                ? new Mutation.Put(table, key(random), value(random))
                : die < 19
                    ? new Mutation.Delete(table, key(random))
                    : new Mutation.DeleteRange(table, key(random), bound(random)));
      }
    }
    batch.add(new Mutation.Put(META, NUMBER, Bytes.utf8(Long.toString(number))));
    return batch;
  }

  /** Reads something from a view and compares it with the state that the view must show. */
  void read(StorageView view, StoredTables state) {
    read(List.of(view), state);
  }

  /** The same from several views, all of which must show it. */
  void read(List<StorageView> views, StoredTables state) {
    Table table = TABLES.get(random.nextInt(TABLES.size()));
    if (random.nextBoolean()) {
      List<Bytes> keys = new ArrayList<>();
      Map<Integer, Bytes> expected = new LinkedHashMap<>();
      for (int i = random.nextInt(40); i > 0; i--) {
        Bytes key = present(state, table);
        Bytes value = state.table(table).get(key);
        if (value != null) {
          expected.put(keys.size(), value);
        }
        keys.add(key);
      }
      for (StorageView view : views) {
        Map<Integer, Bytes> found = new LinkedHashMap<>();
        view.get(table, keys, found::put);
        assertThat(List.copyOf(found.entrySet())).isEqualTo(List.copyOf(expected.entrySet()));
      }
    } else {
      Bytes from = random.nextInt(4) == 0 ? Bytes.EMPTY : present(state, table);
      Bytes to = random.nextInt(4) == 0 ? Bytes.EMPTY : present(state, table);
      boolean reverse = random.nextBoolean();
      List<Map.Entry<Bytes, Bytes>> expected =
          List.copyOf(state.range(table, from, to, reverse).entrySet());
      for (StorageView view : views) {
        List<Map.Entry<Bytes, Bytes>> found = new ArrayList<>();
        try (Cursor cursor =
            reverse ? view.scanReverse(table, from, to) : view.scan(table, from, to)) {
          while (cursor.next()) {
            found.add(Map.entry(cursor.key(), cursor.value()));
          }
        }
        assertThat(found).isEqualTo(expected);
      }
    }
  }

  /** Often a key that is there, sometimes any. */
  private Bytes present(StoredTables state, Table table) {
    if (random.nextInt(3) > 0 && !state.table(table).isEmpty()) {
      Bytes near = state.table(table).ceilingKey(anyKey(table));
      return near == null ? state.table(table).firstKey() : near;
    }
    return anyKey(table);
  }

  private Bytes anyKey(Table table) {
    return table.keys() == KeyOrder.ASCENDING
        ? ascendingKey(random.nextLong(ascending + 1))
        : key(random);
  }

  private static Bytes ascendingKey(long number) {
    byte[] key = new byte[8];
    for (int i = 0; i < 8; i++) {
      key[i] = (byte) (number >>> (56 - 8 * i));
    }
    return Bytes.of(key);
  }

  private static Bytes bound(SplittableRandom random) {
    return random.nextInt(5) == 0 ? Bytes.EMPTY : key(random);
  }

  private static Bytes key(SplittableRandom random) {
    int length = random.nextInt(50) == 0 ? 255 : 1 + random.nextInt(4);
    byte[] key = new byte[length];
    for (int i = 0; i < length; i++) {
      key[i] = ALPHABET[random.nextInt(ALPHABET.length)];
    }
    return Bytes.of(key);
  }

  /** A slice from the middle of an array. */
  private static Bytes value(SplittableRandom random) {
    int die = random.nextInt(2000);
    int length =
        die == 0
            ? 1_500_000
            : die < 10 ? random.nextInt(100_000) : die < 300 ? 0 : random.nextInt(300);
    byte[] array = new byte[length + 7];
    random.nextBytes(array);
    return Bytes.of(array, 3, length);
  }
}
