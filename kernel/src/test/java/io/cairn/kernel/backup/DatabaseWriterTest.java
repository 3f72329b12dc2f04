// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.store.Bytes;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DatabaseWriterTest {
  @Test
  void databaseWithoutEntriesHasItsBuckets() {
    TreeMap<String, NavigableMap<Bytes, Bytes>> buckets = new TreeMap<>();
    buckets.put("auth", new TreeMap<>());
    buckets.put("key", new TreeMap<>());

    byte[] file = WrittenDatabase.of(buckets, Long.MAX_VALUE);

    assertThat(DatabaseFile.read(file)).containsExactlyEntriesOf(buckets);
    assertThat(file).hasSize(4 * 4096);
  }

  /** Around the sizes at which pages fill up, overflow, and trees grow another level. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 122, 123, 124, 125, 246, 247, 15_007, 15_008, 40_000})
  void everyNumberOfEntriesIsReadBackAsItWas(int count) {
    TreeMap<String, NavigableMap<Bytes, Bytes>> buckets = new TreeMap<>();
    // Two entries do not fit into a page, so there is a leaf for each.
    buckets.put("key", numbered(count, 2100));

    byte[] file = WrittenDatabase.of(buckets, 100_000);

    assertThat(DatabaseFile.read(file)).containsExactlyEntriesOf(buckets);
    assertThat(DatabaseFile.depth(file)).isEqualTo(depth(count));
  }

  /** A branch has room for 123 keys, but when another comes its last child goes with that one. */
  private static int depth(int leaves) {
    if (leaves == 1) {
      return 1;
    }
    return leaves <= 123 ? 2 : leaves <= 122 * 122 + 123 ? 3 : 4;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4045, 4046, 4047, 4048, 8140, 8141, 8142, 8143, 1_000_000})
  void valueOfAnySizeIsReadBackBesideItsNeighbours(int length) {
    TreeMap<String, NavigableMap<Bytes, Bytes>> buckets = new TreeMap<>();
    NavigableMap<Bytes, Bytes> entries = numbered(100, 10);
    byte[] value = new byte[length];
    Arrays.fill(value, (byte) 0x5a);
    entries.put(Bytes.utf8("0000000050+"), Bytes.of(value));
    buckets.put("key", entries);

    byte[] file = WrittenDatabase.of(buckets, 1);

    assertThat(DatabaseFile.read(file)).containsExactlyEntriesOf(buckets);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void anyMixOfSizesIsReadBack(long seed) {
    Random random = new Random(seed);
    TreeMap<String, NavigableMap<Bytes, Bytes>> buckets = new TreeMap<>();
    for (String name : List.of("alarm", "key", "lease", "meta")) {
      TreeMap<Bytes, Bytes> entries = new TreeMap<>();
      int count = random.nextInt(1 << random.nextInt(12));
      for (int i = 0; i < count; i++) {
        // Also keys so long that few of them fit into a branch, or not even two.
        byte[] key = new byte[1 + random.nextInt(1 << (1 + random.nextInt(13)))];
        byte[] value = new byte[random.nextInt(1 << random.nextInt(16))];
        random.nextBytes(key);
        random.nextBytes(value);
        entries.put(Bytes.of(key), Bytes.of(value));
      }
      buckets.put(name, entries);
    }

    byte[] file = WrittenDatabase.of(buckets, 1 + random.nextInt(10_000));

    assertThat(DatabaseFile.read(file)).containsExactlyEntriesOf(buckets);
  }

  private static NavigableMap<Bytes, Bytes> numbered(int count, int valueLength) {
    TreeMap<Bytes, Bytes> entries = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      byte[] value = new byte[valueLength];
      Arrays.fill(value, (byte) i);
      // As long as a revision's key, which decides how many fit into a branch.
      entries.put(Bytes.utf8(String.format("%010d-------", i)), Bytes.of(value));
    }
    return entries;
  }
}
