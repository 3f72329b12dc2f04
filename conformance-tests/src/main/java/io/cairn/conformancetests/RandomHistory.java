// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Random work on an engine and on the model, compared all along.
 *
 * <p>Every batch numbers itself in the table {@code meta}, so after a reopen the number says which
 * prefix of the batches is there, and everything else must be the model's state after just that
 * prefix.
 */
final class RandomHistory {
  private static final Table META = new Table("meta", KeyOrder.ANY);
  private static final Bytes NUMBER = Bytes.utf8("number");
  static final List<Table> TABLES =
      List.of(
          new Table("anyone", KeyOrder.ANY),
          new Table("anytwo", KeyOrder.ANY),
          new Table("ascending", KeyOrder.ASCENDING),
          META);

  private static final byte[] ALPHABET = {0, 1, 'a', 'b', 0x7f, (byte) 0x80, (byte) 0xfe, -1};

  private record Kept(StorageView view, StoredTables state) {}

  private final SplittableRandom random;
  private final boolean durable;
  private final Supplier<StorageEngine> opens;
  private StorageEngine engine;

  /** The states after each batch from the last one that must survive. */
  private final List<StoredTables> states = new ArrayList<>();

  private final List<Kept> kept = new ArrayList<>();
  private long firstNumber;
  private long ascending;

  RandomHistory(long seed, boolean durable, Supplier<StorageEngine> opens) {
    random = new SplittableRandom(seed);
    this.durable = durable;
    this.opens = opens;
    engine = opens.get();
    states.add(new StoredTables(TABLES));
  }

  void run(int steps) {
    try {
      for (int i = 0; i < steps; i++) {
        step();
      }
      assertThat(StoredTables.of(engine, TABLES)).isEqualTo(now());
    } finally {
      kept.forEach(each -> each.view().close());
      engine.close();
    }
  }

  private void step() {
    int die = random.nextInt(100);
    if (die < 45) {
      commit(batch(random, states.size() + firstNumber));
    } else if (die < 65) {
      try (StorageView view = engine.view()) {
        read(view, now());
      }
    } else if (die < 80 && !kept.isEmpty()) {
      Kept each = kept.get(random.nextInt(kept.size()));
      read(each.view(), each.state());
      if (random.nextInt(3) == 0) {
        each.view().close();
        kept.remove(each);
      }
    } else if (die < 86 && kept.size() < 4) {
      kept.add(new Kept(engine.view(), now()));
    } else if (die < 92) {
      engine.barrier();
      forgetBefore(states.size() - 1);
    } else if (die < 96) {
      engine.reclaim();
    } else if (die < 98) {
      reopen();
    }
  }

  private StoredTables now() {
    return states.getLast();
  }

  private void forgetBefore(int position) {
    states.subList(0, position).clear();
    firstNumber += position;
  }

  private void commit(List<Mutation> batch) {
    engine.commit(batch);
    StoredTables next = now().copy();
    next.apply(batch);
    states.add(next);
  }

  /** Closes without a barrier: a prefix remains, or nothing if the engine is not durable. */
  private void reopen() {
    kept.forEach(each -> each.view().close());
    kept.clear();
    engine.close();
    engine = opens.get();
    StoredTables found = StoredTables.of(engine, TABLES);
    if (durable) {
      Bytes number = found.table(META).get(NUMBER);
      long prefix = number == null ? 0 : Long.parseLong(number.toUtf8());
      assertThat(prefix).isBetween(firstNumber, firstNumber + states.size() - 1);
      assertThat(found).isEqualTo(states.get((int) (prefix - firstNumber)));
      states.subList((int) (prefix - firstNumber) + 1, states.size()).clear();
    } else {
      assertThat(found).isEqualTo(new StoredTables(TABLES));
      firstNumber += states.size();
      states.clear();
      states.add(found);
    }
    engine.barrier();
    forgetBefore(states.size() - 1);
  }

  /**
   * Batch {@code number} of a history: mostly small, sometimes large, now and then a huge value.
   */
  private List<Mutation> batch(SplittableRandom random, long number) {
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

  private void read(StorageView view, StoredTables state) {
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
      Map<Integer, Bytes> found = new LinkedHashMap<>();
      view.get(table, keys, found::put);
      assertThat(List.copyOf(found.entrySet())).isEqualTo(List.copyOf(expected.entrySet()));
    } else {
      Bytes from = random.nextInt(4) == 0 ? Bytes.EMPTY : present(state, table);
      Bytes to = random.nextInt(4) == 0 ? Bytes.EMPTY : present(state, table);
      boolean reverse = random.nextBoolean();
      List<Map.Entry<Bytes, Bytes>> found = new ArrayList<>();
      try (Cursor cursor =
          reverse ? view.scanReverse(table, from, to) : view.scan(table, from, to)) {
        while (cursor.next()) {
          found.add(Map.entry(cursor.key(), cursor.value()));
        }
      }
      assertThat(found).isEqualTo(List.copyOf(state.range(table, from, to, reverse).entrySet()));
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
