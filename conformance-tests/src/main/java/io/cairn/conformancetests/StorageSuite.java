// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.storage.Table.KeyOrder;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** What the storage suites share: engines that are closed after each test, and short words. */
abstract class StorageSuite {
  static final Table ANY = new Table("any", KeyOrder.ANY);
  static final Table OTHER = new Table("other", KeyOrder.ANY);
  static final Table ASCENDING = new Table("ascending", KeyOrder.ASCENDING);
  static final List<Table> TABLES = List.of(ANY, OTHER, ASCENDING);

  private static final long MEMORY_BYTES_MAX = 16 << 20;

  @TempDir Path temporary;
  private final List<StorageEngine> open = new ArrayList<>();
  private @Nullable StorageBackend backend;

  /** How the suite gets the backend. */
  protected abstract StorageFixture fixture();

  @AfterEach
  final void closeEngines() {
    // In reverse, and not through close(): it changes the list.
    for (StorageEngine engine : open.reversed()) {
      engine.close();
    }
  }

  final StorageBackend backend() {
    StorageBackend present = backend;
    if (present == null) {
      present = fixture().backend();
      backend = present;
    }
    return present;
  }

  final PluginDescriptor descriptor() {
    return backend().descriptor();
  }

  /**
   * Whether the backend keeps data over a restart; if not, the report says that the rule was tested
   * without.
   */
  final boolean durable(TestReporter reporter) {
    boolean offered = descriptor().offers(StorageBackend.DURABLE);
    if (!offered) {
      reporter.publishEntry("declined", StorageBackend.DURABLE);
    }
    return offered;
  }

  final Path directory() {
    return subdirectory("engine");
  }

  final Path subdirectory(String name) {
    try {
      return Files.createDirectories(temporary.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  final StorageOptions options(Path directory, List<Table> tables) {
    return new StorageOptions(directory, tables, MEMORY_BYTES_MAX, NativeLibraries.directory());
  }

  final StorageEngine open() {
    return open(directory(), TABLES);
  }

  final StorageEngine open(Path directory, List<Table> tables) {
    StorageEngine engine = backend().open(options(directory, tables));
    open.add(engine);
    return engine;
  }

  /** Closes for good; the end of the test will not close it again. */
  final void close(StorageEngine engine) {
    open.remove(engine);
    engine.close();
  }

  static Bytes bytes(int... values) {
    byte[] array = new byte[values.length];
    for (int i = 0; i < array.length; i++) {
      array[i] = (byte) values[i];
    }
    return Bytes.of(array);
  }

  static Bytes text(String text) {
    return Bytes.utf8(text);
  }

  /** Keys that ascend with their number. */
  static Bytes numbered(int number) {
    return text(String.format("%08d", number));
  }

  static Mutation put(Table table, String key, String value) {
    return new Mutation.Put(table, text(key), text(value));
  }

  static Mutation delete(Table table, String key) {
    return new Mutation.Delete(table, text(key));
  }

  static Mutation deleteRange(Table table, String from, String to) {
    return new Mutation.DeleteRange(table, text(from), text(to));
  }

  static void commit(StorageEngine engine, Mutation... batch) {
    engine.commit(List.of(batch));
  }

  /** What a table holds now, as text. */
  static Map<String, String> content(StorageEngine engine, Table table) {
    try (StorageView view = engine.view()) {
      return content(view, table);
    }
  }

  static Map<String, String> content(StorageView view, Table table) {
    return drain(view.scan(table, Bytes.EMPTY, Bytes.EMPTY));
  }

  /** Everything that a cursor visits, in its order, as text; the cursor is closed. */
  static Map<String, String> drain(Cursor cursor) {
    Map<String, String> entries = new LinkedHashMap<>();
    try (cursor) {
      while (cursor.next()) {
        entries.put(cursor.key().toUtf8(), cursor.value().toUtf8());
      }
    }
    return entries;
  }

  static @Nullable Bytes get(StorageView view, Table table, Bytes key) {
    List<Bytes> found = new ArrayList<>();
    view.get(table, List.of(key), (position, value) -> found.add(value));
    return found.isEmpty() ? null : found.getFirst();
  }

  static @Nullable Bytes get(StorageEngine engine, Table table, Bytes key) {
    try (StorageView view = engine.view()) {
      return get(view, table, key);
    }
  }
}
