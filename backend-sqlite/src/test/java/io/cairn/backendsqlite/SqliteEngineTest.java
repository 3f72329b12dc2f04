// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendsqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.storage.Table.KeyOrder;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What the suite cannot see because it does not know SQLite. */
final class SqliteEngineTest {
  private static final Table TABLE = new Table("records", KeyOrder.ASCENDING);
  private static final int RECORDS = 2000;
  private static final int MEBIBYTES = 320;

  /**
   * Far less than all that is written. How soon the log starts again depends on when the scheduler
   * leaves a moment without a view.
   */
  private static final long LOG_BYTES_EXPECTED_MAX = 192L << 20;

  @TempDir Path temporary;

  @Test
  void aPageOfNoiseIsDamaged() throws IOException {
    Path directory = stored();
    Path data = directory.resolve("data.sqlite");
    byte[] bytes = Files.readAllBytes(data);
    byte[] noise = new byte[SqliteFile.PAGE_BYTES];
    new SplittableRandom(1).nextBytes(noise);
    System.arraycopy(noise, 0, bytes, bytes.length / 2 / noise.length * noise.length, noise.length);
    Files.write(data, bytes);

    assertThatThrownBy(() -> readAll(directory))
        .isInstanceOf(StorageException.Damaged.class)
        .hasMessageContaining("data.sqlite");
  }

  @Test
  void aFileThatWasCutOffIsDamaged() throws IOException {
    Path directory = stored();
    Path data = directory.resolve("data.sqlite");
    byte[] bytes = Files.readAllBytes(data);
    Files.write(data, Arrays.copyOf(bytes, bytes.length / 2));

    assertThatThrownBy(() -> readAll(directory)).isInstanceOf(StorageException.Damaged.class);
  }

  @Test
  void aLostFileIsNotAnEmptyStore() throws IOException {
    Path directory = stored();
    Files.delete(directory.resolve("data.sqlite"));

    assertThatThrownBy(() -> open(directory).close())
        .isInstanceOf(StorageException.Damaged.class)
        .hasMessageContaining("data.sqlite");
  }

  @Test
  void aFileOfAnotherProgramIsLeftAlone() throws IOException, SQLException {
    Path directory = stored();
    try (Connection other = connect(directory);
        Statement statement = other.createStatement()) {
      statement.execute("PRAGMA application_id=42");
    }

    assertThatThrownBy(() -> open(directory).close())
        .isInstanceOf(StorageException.Damaged.class)
        .hasMessageContaining("application id");
  }

  @Test
  void anInterruptedCreationIsBegunAgain() throws IOException {
    Path directory = Files.createDirectory(temporary.resolve("interrupted"));
    Files.createFile(directory.resolve("LOCK"));
    Files.createFile(directory.resolve("data.sqlite"));

    try (StorageEngine engine = open(directory);
        StorageView view = engine.view()) {
      assertThat(count(view)).isZero();
    }
  }

  @Test
  void noCharacterOfThePathMeansAnything() throws IOException {
    Path directory = Files.createDirectory(temporary.resolve("a?cache=shared%20#ü;b"));

    try (StorageEngine engine = open(directory)) {
      engine.commit(List.of(new Mutation.Put(TABLE, key(0), noise(0, 10))));
    }

    assertThat(directory.resolve("data.sqlite")).exists();
    try (StorageEngine engine = open(directory);
        StorageView view = engine.view()) {
      assertThat(count(view)).isEqualTo(1);
    }
  }

  @Test
  void theLogStartsAgainBesideCommitsAndShortViews() throws Exception {
    Path directory = Files.createDirectory(temporary.resolve("log"));
    Path log = directory.resolve("data.sqlite-wal");
    AtomicBoolean done = new AtomicBoolean();
    long longest = 0;
    try (StorageEngine engine = open(directory)) {
      Thread reading =
          Thread.ofPlatform()
              .start(() -> {
                while (!done.get()) {
                  try (StorageView view = engine.view()) {
                    get(view, key(0));
                  }
                }
              });
      try {
        for (int i = 0; i < MEBIBYTES; i++) {
          engine.commit(List.of(new Mutation.Put(TABLE, key(i), noise(i, 1 << 20))));
          longest = Math.max(longest, Files.size(log));
        }
      } finally {
        done.set(true);
        reading.join();
      }
    }

    assertThat(longest).isLessThan(LOG_BYTES_EXPECTED_MAX);
  }

  @Test
  void aLongViewStaysStableAndReclaimingCutsTheLogOffAfterwards() throws IOException {
    Path directory = stored();
    Path log = directory.resolve("data.sqlite-wal");
    try (StorageEngine engine = open(directory)) {
      try (StorageView view = engine.view()) {
        for (int i = 0; i < 100; i++) {
          engine.commit(
              List.of(
                  new Mutation.Delete(TABLE, key(i)),
                  new Mutation.Put(TABLE, key(RECORDS + i), noise(i, 1 << 20))));
        }
        engine.barrier();
        assertThat(count(view)).isEqualTo(RECORDS);
      }
      assertThat(Files.size(log)).isGreaterThan(100L << 20);

      engine.reclaim();

      assertThat(Files.size(log)).isZero();
    }
  }

  @Test
  void reclaimingGivesFreePagesBack() throws IOException {
    Path directory = stored();
    try (StorageEngine engine = open(directory)) {
      for (int i = 0; i < 16; i++) {
        engine.commit(List.of(new Mutation.Put(TABLE, key(RECORDS + i), noise(i, 1 << 20))));
      }
      engine.reclaim();
      long before = engine.size().allocatedBytes();
      engine.commit(List.of(new Mutation.DeleteRange(TABLE, key(RECORDS), Bytes.EMPTY)));
      assertThat(engine.size().inUseBytes()).isLessThan(before - (15L << 20));

      engine.reclaim();

      assertThat(engine.size().allocatedBytes()).isLessThan(before - (15L << 20));
    }
  }

  @Test
  void whatIsStillReadKeepsAClosedEngineAlive() throws IOException {
    Path directory = stored();
    StorageEngine engine = open(directory);
    StorageView view = engine.view();
    Cursor cursor = view.scan(TABLE, Bytes.EMPTY, Bytes.EMPTY);
    assertThat(cursor.next()).isTrue();

    engine.close();

    assertThat(cursor.next()).isTrue();
    assertThatThrownBy(() -> open(directory)).isInstanceOf(StorageException.InUse.class);
    view.close();
    assertThatThrownBy(cursor::next).isInstanceOf(StorageException.Refused.class);
    cursor.close();
    open(directory).close(); // the last one has freed the directory
  }

  @Test
  void viewsAreBounded() throws IOException {
    Path directory = stored();
    try (StorageEngine engine = open(directory)) {
      for (int round = 0; round < 2; round++) {
        List<StorageView> views = new ArrayList<>();
        for (int i = 0; i < Readers.SESSIONS_MAX; i++) {
          views.add(engine.view());
        }

        assertThatThrownBy(engine::view)
            .isInstanceOf(StorageException.Failed.class)
            .hasMessageContaining("256 views");
        views.forEach(StorageView::close);
      }
    }
  }

  @Test
  void anyToolOfTheFamilyReadsTheFile() throws IOException, SQLException {
    Path directory = stored();

    try (Connection other = connect(directory);
        Statement statement = other.createStatement();
        var rows = statement.executeQuery("SELECT count(*), min(CAST(k AS TEXT)) FROM records")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(RECORDS);
      assertThat(rows.getString(2)).isEqualTo("10000000");
    }
  }

  @Test
  void theNativeLibraryIsUnpackedIntoItsDirectory() throws IOException {
    Path natives = Files.createDirectory(temporary.resolve("natives"));

    Path library = SqliteLibrary.unpacked(natives);

    assertThat(files(natives)).containsExactly(library);
  }

  @Test
  void everyFailureIsOfTheKindThatSaysWhoMustAct() {
    assertThat(failure(SQLiteErrorCode.SQLITE_FULL))
        .isInstanceOf(StorageException.Full.class)
        .hasMessageContaining("somewhere/data.sqlite")
        .hasMessageContaining("free space");
    assertThat(failure(SQLiteErrorCode.SQLITE_CORRUPT))
        .isInstanceOf(StorageException.Damaged.class);
    assertThat(failure(SQLiteErrorCode.SQLITE_CORRUPT_INDEX))
        .isInstanceOf(StorageException.Damaged.class);
    assertThat(failure(SQLiteErrorCode.SQLITE_NOTADB)).isInstanceOf(StorageException.Damaged.class);
    assertThat(failure(SQLiteErrorCode.SQLITE_IOERR_FSYNC))
        .isInstanceOf(StorageException.Failed.class)
        .hasMessageContaining("medium");
    assertThat(failure(SQLiteErrorCode.SQLITE_CANTOPEN))
        .isInstanceOf(StorageException.Failed.class);
  }

  private static StorageException failure(SQLiteErrorCode code) {
    return SqliteFailures.of("commit", Path.of("somewhere"), new SQLiteException("as said", code));
  }

  private static Connection connect(Path directory) throws SQLException {
    return JDBC.createConnection(
        JDBC.PREFIX + directory.resolve("data.sqlite").toUri(), new Properties());
  }

  private StorageEngine open(Path directory) {
    return new SqliteBackend()
        .open(new StorageOptions(directory, List.of(TABLE), 4 << 20, temporary));
  }

  private Path stored() throws IOException {
    Path directory = Files.createDirectory(temporary.resolve("stored"));
    try (StorageEngine engine = open(directory)) {
      List<Mutation> batch = new ArrayList<>();
      for (int i = 0; i < RECORDS; i++) {
        batch.add(new Mutation.Put(TABLE, key(i), noise(i, 200)));
      }
      engine.commit(batch);
    }
    return directory;
  }

  private void readAll(Path directory) {
    try (StorageEngine engine = open(directory);
        StorageView view = engine.view()) {
      assertThat(count(view)).isEqualTo(RECORDS);
    }
  }

  private static int count(StorageView view) {
    int count = 0;
    try (Cursor cursor = view.scan(TABLE, Bytes.EMPTY, Bytes.EMPTY)) {
      while (cursor.next()) {
        assertThat(cursor.key()).isEqualTo(key(count));
        count++;
      }
    }
    return count;
  }

  private static boolean get(StorageView view, Bytes key) {
    boolean[] there = new boolean[1];
    view.get(TABLE, List.of(key), (position, value) -> there[0] = true);
    return there[0];
  }

  private static Bytes key(int number) {
    return Bytes.utf8(Integer.toString(10_000_000 + number));
  }

  private static Bytes noise(int seed, int length) {
    byte[] value = new byte[length];
    new SplittableRandom(seed).nextBytes(value);
    return Bytes.of(value);
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
