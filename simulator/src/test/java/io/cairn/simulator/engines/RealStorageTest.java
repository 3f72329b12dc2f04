// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.engines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.backendlmdb.LmdbBackend;
import io.cairn.backendrocksdb.RocksDbBackend;
import io.cairn.backendsqlite.SqliteBackend;
import io.cairn.kernel.environment.SplitMixRng;
import io.cairn.simulator.environment.EventQueue;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

final class RealStorageTest {
  private static final Table TABLE = new Table("any", Table.KeyOrder.ANY);
  private static final String FOLDER = "member/engine-0";
  static final List<StorageBackend> BACKENDS =
      List.of(new RocksDbBackend(), new SqliteBackend(), new LmdbBackend());

  private final Rng rng = new SplitMixRng(1);

  private static Engines engines(StorageBackend backend) {
    return Storage.of(backend).onNewDisk(new EventQueue(), List.of(TABLE));
  }

  private static void put(StorageEngine engine, String key) {
    engine.commit(List.of(new Mutation.Put(TABLE, Bytes.utf8(key), Bytes.EMPTY)));
  }

  private static List<String> keys(StorageEngine engine) {
    List<String> keys = new ArrayList<>();
    try (StorageView view = engine.view();
        Cursor cursor = view.scan(TABLE, Bytes.EMPTY, Bytes.EMPTY)) {
      while (cursor.next()) {
        keys.add(cursor.key().toUtf8());
      }
    }
    return keys;
  }

  @ParameterizedTest
  @FieldSource("BACKENDS")
  void whatABarrierCoversOutlivesAProcessThatClosesNothing(StorageBackend backend) {
    Engines engines = engines(backend);
    StorageEngine engine = engines.open(FOLDER);
    put(engine, "covered");
    engine.barrier();
    put(engine, "later");
    Cursor forgotten = engine.view().scan(TABLE, Bytes.EMPTY, Bytes.EMPTY);
    assertThat(forgotten.next()).isTrue();

    engines.processDied(rng);

    assertThat(keys(engines.open(FOLDER))).startsWith("covered");
    engines.processDied(rng);
  }

  /** Closing it in order would have written it. */
  @Test
  void aKillTakesWhatAnEngineHadOnlyInItsMemory() {
    Engines engines = engines(new RocksDbBackend());
    StorageEngine engine = engines.open(FOLDER);
    put(engine, "covered");
    engine.barrier();
    put(engine, "later");

    engines.processDied(rng);

    assertThat(keys(engines.open(FOLDER))).containsExactly("covered");
    engines.processDied(rng);
  }

  @Test
  void whatAProcessHasClosedItOpensAgain() {
    Engines engines = engines(new LmdbBackend());
    StorageEngine engine = engines.open(FOLDER);
    put(engine, "a");
    engine.close();

    StorageEngine again = engines.open(FOLDER);

    assertThat(keys(again)).containsExactly("a");
    engines.processDied(rng);
  }

  @Test
  void aCopyAndTheOriginalGoTheirOwnWays() {
    Engines engines = engines(new LmdbBackend());
    put(engines.open(FOLDER), "both");
    engines.processDied(rng);

    Engines copy = engines.copy();
    put(engines.open(FOLDER), "original");
    put(copy.open(FOLDER), "copy");
    engines.processDied(rng);
    copy.processDied(rng);

    assertThat(keys(engines.open(FOLDER))).containsExactly("both", "original");
    assertThat(keys(copy.open(FOLDER))).containsExactly("both", "copy");
    engines.processDied(rng);
    copy.processDied(rng);
  }

  @Test
  void aFolderThatWasClearedIsEmpty() {
    Engines engines = engines(new LmdbBackend());
    put(engines.open(FOLDER), "a");
    engines.processDied(rng);

    engines.clear(FOLDER);

    assertThat(keys(engines.open(FOLDER))).isEmpty();
    engines.processDied(rng);
  }

  @Test
  void nothingIsLeftInTheFileSystemWhenNoProcessRuns() throws IOException {
    Engines engines = engines(new LmdbBackend());
    put(engines.open(FOLDER), "a");
    Path root = ScratchFolders.create().getParent();

    engines.processDied(rng);

    try (Stream<Path> files = Files.walk(root)) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void anImageHoldsFoldersAndFilesOfAnyLength(@TempDir Path from, @TempDir Path to)
      throws IOException {
    Files.createDirectories(from.resolve("a/b"));
    Files.createFile(from.resolve("a/empty"));
    Files.writeString(from.resolve("text"), "text", UTF_8);

    FolderImage.of(from).writeTo(to);

    assertThat(to.resolve("a/b")).isEmptyDirectory();
    assertThat(to.resolve("a/empty")).isEmptyFile();
    assertThat(to.resolve("text")).hasContent("text");
  }
}
