// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.store.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads a bbolt database as bbolt does, and is stricter: every page below the high-water mark is
 * reached exactly once, keys ascend within and across pages, a branch repeats the first key of its
 * child and has at least two children.
 */
public final class DatabaseFile {
  private static final int PAGE = 4096;

  private final ByteBuffer file;
  private final TreeSet<Long> reached = new TreeSet<>();
  private int deepest;

  private DatabaseFile(byte[] file) {
    this.file = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The buckets in their order, each with its entries in theirs. */
  public static SequencedMap<String, SequencedMap<Bytes, Bytes>> read(byte[] bytes) {
    return new DatabaseFile(bytes).buckets();
  }

  /** How many levels the deepest tree has. */
  static int depth(byte[] bytes) {
    DatabaseFile file = new DatabaseFile(bytes);
    file.buckets();
    return file.deepest;
  }

  private SequencedMap<String, SequencedMap<Bytes, Bytes>> buckets() {
    int meta = metaTransaction(0) > metaTransaction(1) ? 0 : PAGE;
    long end = file.getLong(meta + 16 + 40);
    assertThat(file.capacity()).isEqualTo((int) end * PAGE);
    assertThat(metaTransaction(meta / PAGE) % 2).as("as bbolt places it").isEqualTo(meta / PAGE);
    reached.add(0L);
    reached.add(1L);
    readFreeList(file.getLong(meta + 16 + 32));
    SequencedMap<String, SequencedMap<Bytes, Bytes>> buckets = new LinkedHashMap<>();
    SequencedMap<Bytes, Bytes> root = new LinkedHashMap<>();
    readTree(file.getLong(meta + 16 + 16), null, root, 1, 1);
    for (Map.Entry<Bytes, Bytes> entry : root.entrySet()) {
      SequencedMap<Bytes, Bytes> entries = new LinkedHashMap<>();
      ByteBuffer bucket = entry.getValue().asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      if (bucket.getLong(0) == 0) {
        assertThat(bucket.capacity()).isEqualTo(32);
        assertThat(bucket.getShort(24)).as("an inline page is a leaf").isEqualTo((short) 2);
        assertThat(bucket.getShort(26)).as("and here empty").isZero();
      } else {
        assertThat(bucket.capacity()).isEqualTo(16);
        readTree(bucket.getLong(0), null, entries, 0, 1);
      }
      buckets.put(entry.getKey().toUtf8(), entries);
    }
    assertThat(reached).hasSize((int) end);
    return buckets;
  }

  private long metaTransaction(int number) {
    int at = number * PAGE;
    assertThat(file.getLong(at)).isEqualTo(number);
    assertThat(file.getShort(at + 8)).isEqualTo((short) 4);
    assertThat(file.getInt(at + 16)).isEqualTo(0xED0CDAED);
    assertThat(file.getInt(at + 20)).isEqualTo(2);
    assertThat(file.getInt(at + 24)).isEqualTo(PAGE);
    long hash = 0xcbf29ce484222325L;
    for (int i = at + 16; i < at + 72; i++) {
      hash ^= Byte.toUnsignedLong(file.get(i));
      hash *= 1099511628211L;
    }
    assertThat(file.getLong(at + 72)).isEqualTo(hash);
    return file.getLong(at + 16 + 48);
  }

  private void readFreeList(long number) {
    int at = visit(number, 0x10);
    assertThat(file.getShort(at + 10)).as("no page is free").isZero();
  }

  private void readTree(
      long number,
      @Nullable Bytes firstKey,
      SequencedMap<Bytes, Bytes> into,
      int flags,
      int level) {
    deepest = Math.max(deepest, level);
    int at = (int) number * PAGE;
    int type = file.getShort(at + 8);
    visit(number, type);
    int count = Short.toUnsignedInt(file.getShort(at + 10));
    for (int i = 0; i < count; i++) {
      int element = at + 16 + 16 * i;
      if (type == 1) {
        assertThat(count).isGreaterThanOrEqualTo(2);
        Bytes key = slice(element + file.getInt(element), file.getInt(element + 4));
        assertThat(i > 0 || firstKey == null || key.equals(firstKey)).isTrue();
        readTree(file.getLong(element + 8), key, into, flags, level + 1);
      } else {
        assertThat(type).isEqualTo(2);
        assertThat(file.getInt(element)).isEqualTo(flags);
        int keyAt = element + file.getInt(element + 4);
        Bytes key = slice(keyAt, file.getInt(element + 8));
        assertThat(i > 0 || firstKey == null || key.equals(firstKey)).isTrue();
        assertThat(into.isEmpty() || into.lastEntry().getKey().compareTo(key) < 0).isTrue();
        into.put(key, slice(keyAt + key.length(), file.getInt(element + 12)));
      }
    }
  }

  /** Checks number and type of a page and notes it and its overflow. */
  private int visit(long number, int type) {
    int at = (int) number * PAGE;
    assertThat(file.getLong(at)).isEqualTo(number);
    assertThat(file.getShort(at + 8)).isEqualTo((short) type);
    for (long page = number; page <= number + file.getInt(at + 12); page++) {
      assertThat(reached.add(page)).as("page %d is used once", page).isTrue();
    }
    return at;
  }

  private Bytes slice(int at, int length) {
    return Bytes.of(file.array(), at, length);
  }
}
