// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.cairn.backendlmdb.LmdbBackend;
import io.cairn.backendrocksdb.RocksDbBackend;
import io.cairn.backendsqlite.SqliteBackend;
import io.cairn.conformancetests.NativeLibraries;
import io.cairn.conformancetests.TemporaryFolders;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.storage.Table.KeyOrder;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * What engines say and keep when a file system is full (S4, S7, S8). For one that nobody else uses,
 * of 16 to 256 MiB; such a one takes root to make:
 *
 * <pre>
 * mount -t tmpfs -o size=24m tmpfs /mnt/small
 * </pre>
 */
@EnabledIfSystemProperty(named = "cairn.small-file-system", matches = ".+")
final class FullDiskIT {
  static final List<StorageBackend> BACKENDS =
      List.of(new LmdbBackend(), new RocksDbBackend(), new SqliteBackend());

  private static final Table RECORDS = new Table("records", KeyOrder.ASCENDING);
  private static final Table LAST = new Table("last", KeyOrder.ANY);
  private static final Bytes KEY = Bytes.utf8("last");
  private static final long MEMORY_BYTES_MAX = 4 << 20;
  private static final int VALUE_BYTES = 20_000;
  private static final int COMMITS_BETWEEN_BARRIERS = 50;

  private final Path place = Path.of(System.getProperty("cairn.small-file-system", ""));
  private final Path directory = place.resolve("engine");
  private final Path filler = place.resolve("filler");

  @BeforeEach
  void makeADirectory() throws IOException {
    Files.createDirectory(directory);
  }

  @AfterEach
  void leaveNothingBehind() throws IOException {
    TemporaryFolders.delete(directory);
    Files.deleteIfExists(filler);
  }

  @ParameterizedTest
  @FieldSource("BACKENDS")
  void whatABarrierCoversOutlivesAFullDisk(StorageBackend backend) throws IOException {
    int covered = 0;
    int committed = 0;
    StorageEngine engine = open(backend);
    fill(place.toFile().getUsableSpace() / 2);

    StorageException failure = null;
    while (failure == null) {
      try {
        engine.commit(batch(committed));
        committed++;
        if (committed % COMMITS_BETWEEN_BARRIERS == 0) {
          engine.barrier();
          covered = committed;
        }
      } catch (StorageException e) {
        failure = e;
      }
    }

    assertThat(failure)
        .isInstanceOf(StorageException.Full.class)
        .hasMessageContaining(directory.toString());
    assertThat(catchThrowable(engine::barrier)).isInstanceOf(StorageException.Refused.class);
    engine.close();
    Files.delete(filler);
    try (StorageEngine again = open(backend)) {
      int kept = count(again);
      assertThat(kept).isBetween(covered, committed + 1);
      assertThat(last(again)).isEqualTo(kept - 1);
    }
  }

  @ParameterizedTest
  @FieldSource("BACKENDS")
  void anEngineOnAFullDiskSaysSoWhenItIsOpenedOrFirstWrittenTo(StorageBackend backend)
      throws IOException {
    fill(place.toFile().getUsableSpace() - 2 * 4096);

    Throwable failure =
        catchThrowable(() -> {
          try (StorageEngine engine = open(backend)) {
            while (true) {
              engine.commit(batch(0));
              engine.barrier();
            }
          }
        });

    assertThat(failure)
        .isInstanceOf(StorageException.Full.class)
        .hasMessageContaining("free space");
  }

  private StorageEngine open(StorageBackend backend) {
    return backend.open(
        new StorageOptions(
            directory, List.of(RECORDS, LAST), MEMORY_BYTES_MAX, NativeLibraries.directory()));
  }

  private static List<Mutation> batch(int number) {
    byte[] noise = new byte[VALUE_BYTES];
    new SplittableRandom(number).nextBytes(noise);
    return List.of(
        new Mutation.Put(RECORDS, Bytes.utf8(String.format("%08d", number)), Bytes.of(noise)),
        new Mutation.Put(LAST, KEY, Bytes.utf8(Integer.toString(number))));
  }

  private static int count(StorageEngine engine) {
    int count = 0;
    try (StorageView view = engine.view();
        Cursor cursor = view.scan(RECORDS, Bytes.EMPTY, Bytes.EMPTY)) {
      while (cursor.next()) {
        count++;
      }
    }
    return count;
  }

  private static int last(StorageEngine engine) {
    int[] last = {-1};
    try (StorageView view = engine.view()) {
      view.get(LAST, List.of(KEY), (position, value) -> last[0] = Integer.parseInt(value.toUtf8()));
    }
    return last[0];
  }

  private void fill(long bytes) throws IOException {
    byte[] page = new byte[4096];
    try (OutputStream out = Files.newOutputStream(filler)) {
      for (long written = 0; written + page.length <= bytes; written += page.length) {
        out.write(page);
      }
    }
  }
}
