// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendrocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** What the suite cannot see because it does not know RocksDB. */
final class RocksDbEngineTest {
  private static final Table TABLE = new Table("records", KeyOrder.ASCENDING);
  private static final int RECORDS = 2000;
  private static final long SMALLEST_MEMORY_BYTES = 1 << 20;
  private static final int MORE_THAN_A_BUFFER = 300_000;
  private static final int LARGE_VALUES = 1200;
  private static final int LARGE_VALUE_BYTES = 64 << 10;
  private static final long DEADLINE_NANOS = 60_000_000_000L;

  @TempDir Path temporary;

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  void aFlippedBitIsReportedAndNeverServed(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    Path pristine = stored();
    for (int round = 0; round < 12; round++) {
      Path directory = Files.createDirectory(temporary.resolve("round-" + round));
      copy(pristine, directory);
      Path victim = dataFile(directory, random);
      byte[] bytes = Files.readAllBytes(victim);
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(victim, bytes);

      try (StorageEngine engine = open(directory)) {
        readAll(engine, random.nextBoolean());
      } catch (StorageException.Damaged e) {
        assertThat(e).hasMessageContaining(directory.toString());
      }
    }
  }

  @Test
  void aMissingDataFileIsDamage() throws IOException {
    Path directory = stored();
    Files.delete(dataFile(directory, new SplittableRandom(1)));

    assertThatThrownBy(() -> open(directory).close())
        .isInstanceOf(StorageException.Damaged.class)
        .hasMessageContaining(".sst");
  }

  @Test
  void dataWithoutTheFileThatNamesThemIsNotAnEmptyStore() throws IOException {
    Path directory = stored();
    Files.delete(directory.resolve("CURRENT"));

    assertThatThrownBy(() -> open(directory).close())
        .isInstanceOf(StorageException.Damaged.class)
        .hasMessageContaining("CURRENT");
  }

  @Test
  void anInterruptedCreationIsBegunAgain() throws IOException {
    Path directory = stored();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        if (!file.getFileName().toString().startsWith("MANIFEST")) {
          Files.delete(file);
        }
      }
    }

    try (StorageEngine engine = open(directory)) {
      assertThat(engine.size().inUseBytes()).isLessThan(1 << 20);
    }
  }

  @Test
  void aFullDiskIsCalledFullAndAnythingElseIsNot() {
    Path directory = Path.of("somewhere");

    assertThat(RocksDbFailures.of("write", directory, failure("IOError", "NoSpace", "a")))
        .isInstanceOf(StorageException.Full.class)
        .hasMessage(
            "cannot write in 'somewhere': as it says; free space on its file system, then restart");
    // As an open says it.
    assertThat(
            RocksDbFailures.of(
                "open",
                directory,
                new RocksDBException(
                    "DB::Open() failed --- IO error: No space left on device: While appending",
                    new Status(Status.Code.IOError, Status.SubCode.None, "a"))))
        .isInstanceOf(StorageException.Full.class);
    assertThat(RocksDbFailures.of("write", directory, failure("IOError", "None", "a")))
        .isInstanceOf(StorageException.Failed.class);
    assertThat(RocksDbFailures.of("write", directory, failure("Corruption", "None", "a")))
        .isInstanceOf(StorageException.Damaged.class)
        .hasMessageContaining("restore the member");
    assertThat(RocksDbFailures.of("write", directory, new RocksDBException("no status")))
        .isInstanceOf(StorageException.Failed.class);
  }

  @Test
  void aLockThatCannotBeOpenedIsNotTakenForOneThatAnotherHolds() throws IOException {
    Path directory = Files.createDirectory(temporary.resolve("locks"));
    Files.createDirectory(directory.resolve("LOCK"));

    assertThatThrownBy(() -> open(directory))
        .isInstanceOf(StorageException.Failed.class)
        .hasMessageContaining("LOCK");
  }

  /**
   * The full buffer is flushed by itself from the next commit on, and that commit by the barrier,
   * which must not take the first flush for its own. Whether RocksDB confuses them depends on where
   * it has its tables in memory, hence the repetitions.
   */
  @RepeatedTest(8)
  void aBarrierAwaitsMoreThanTheFlushThatAFullBufferBegan() throws Exception {
    Table often = new Table("often", KeyOrder.ANY);
    Table seldom = new Table("seldom", KeyOrder.ANY);
    byte[] large = new byte[MORE_THAN_A_BUFFER];
    new SplittableRandom(1).nextBytes(large);
    try (StorageEngine engine = openSmall(List.of(often, seldom))) {
      for (int i = 0; i < 8; i++) {
        engine.commit(List.of(new Mutation.Put(often, key(i), Bytes.EMPTY)));
        engine.barrier();
        engine.commit(List.of(new Mutation.Put(seldom, key(i), Bytes.of(large))));
        engine.commit(List.of(new Mutation.Put(often, key(i), key(i))));

        engine.barrier();

        assertThat(inFiles(often, key(i))).isEqualTo(key(i).toByteArray());
        assertThat(inFiles(seldom, key(i))).isEqualTo(large);
      }
    }
  }

  private StorageEngine openSmall(List<Table> tables) {
    return new RocksDbBackend()
        .open(new StorageOptions(temporary, tables, SMALLEST_MEMORY_BYTES, temporary));
  }

  /** What RocksDB finds in the files while an engine has them open, and so after a crash. */
  private byte @Nullable [] inFiles(Table table, Bytes key) throws RocksDBException {
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try (DBOptions elsewhere = new DBOptions().setDbLogDir(temporary + "/reader");
        ColumnFamilyOptions options = new ColumnFamilyOptions();
        RocksDB files =
            RocksDB.openReadOnly(
                elsewhere,
                temporary.toString(),
                List.of(
                    new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, options),
                    new ColumnFamilyDescriptor(table.name().getBytes(UTF_8), options)),
                handles)) {
      return files.get(handles.getLast(), key.toByteArray());
    }
  }

  @Test
  void whatIsStillReadKeepsAClosedEngineAlive() throws IOException {
    Path directory = stored();
    StorageEngine engine = open(directory);
    StorageView view = engine.view();
    Cursor cursor = view.scan(TABLE, Bytes.EMPTY, Bytes.EMPTY);

    engine.close();

    assertThat(cursor.next()).isTrue();
    view.close();
    assertThatThrownBy(cursor::next).isInstanceOf(StorageException.Refused.class);
    cursor.close();
    open(directory).close(); // the last one has freed the directory
  }

  @Test
  void closeDoesNotWaitForTheEndOfALongReclaim() throws Exception {
    Path directory = stored();
    StorageEngine engine = open(directory);
    Thread reclaiming =
        Thread.ofPlatform()
            .start(() -> {
              try {
                while (true) {
                  engine.reclaim();
                }
              } catch (StorageException e) {
                assertThat(e).isInstanceOf(StorageException.Refused.class);
              }
            });

    engine.close();
    reclaiming.join();

    try (StorageEngine again = open(directory)) {
      readAll(again, false);
    }
  }

  /** RocksDB would rewrite the whole store once, and begins with that when a view is closed. */
  @Test
  void filesThatWereMovedToTheLastLevelAreLeftAlone() throws Exception {
    Path directory = stored();
    try (RocksDbEngine engine = RocksDbEngine.open(options(directory))) {
      RocksDB database = database(engine);
      database.compactRange(engine.family(TABLE)); // moves, as there is nothing to merge
      engine.commit(List.of(new Mutation.Put(TABLE, key(RECORDS), value(RECORDS))));
      List<Path> before = dataFiles(directory);

      engine.view().close();

      // In the order in which a compaction comes by.
      assertThat(database.getLongProperty(engine.family(TABLE), "rocksdb.compaction-pending"))
          .isZero();
      assertThat(database.getLongProperty("rocksdb.num-running-compactions")).isZero();
      assertThat(dataFiles(directory)).isEqualTo(before);
    }
  }

  /** RocksDB does this by itself, if what is deleted is much to its mind. */
  @Test
  void afterABarrierTheFilesLoseWhatIsDeletedWithoutWritesAndReclaim() throws Exception {
    int kept = 100;
    try (StorageEngine engine = openForLargeValues()) {
      for (int i = 0; i < LARGE_VALUES; i++) {
        engine.commit(List.of(new Mutation.Put(TABLE, key(i), largeValue(i))));
      }
      engine.barrier();
      List<Mutation> deletions = new ArrayList<>();
      for (int i = 0; i < LARGE_VALUES - kept; i++) {
        deletions.add(new Mutation.Delete(TABLE, key(i)));
      }
      Collections.shuffle(deletions, new Random(1));
      engine.commit(deletions);
      long before = engine.size().allocatedBytes();

      engine.barrier();

      assertThat(before).isGreaterThan((long) LARGE_VALUES * LARGE_VALUE_BYTES);
      assertThat(allocatedOnceAtMost(engine, 2L * kept * LARGE_VALUE_BYTES))
          .isLessThan(2L * kept * LARGE_VALUE_BYTES);
    }
  }

  private StorageEngine openForLargeValues() {
    return new RocksDbBackend()
        .open(new StorageOptions(temporary, List.of(TABLE), 64 << 20, temporary));
  }

  private static Bytes largeValue(int number) {
    byte[] value = new byte[LARGE_VALUE_BYTES];
    new SplittableRandom(number).nextBytes(value);
    return Bytes.of(value);
  }

  /** The engine's size as soon as it is at most {@code bytes}, or what it is after a long time. */
  private static long allocatedOnceAtMost(StorageEngine engine, long bytes) {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    long allocated = engine.size().allocatedBytes();
    while (allocated > bytes && System.nanoTime() - deadline < 0) {
      Thread.onSpinWait();
      allocated = engine.size().allocatedBytes();
    }
    return allocated;
  }

  @Test
  void theNativeLibraryIsUnpackedIntoItsDirectory() throws IOException {
    Path natives = Files.createDirectory(temporary.resolve("natives"));

    Path library = RocksDbLibrary.unpacked(natives);

    assertThat(files(natives)).containsExactly(library);
  }

  @Test
  void fewFilesBesideTheDataAreKept() throws IOException {
    Path directory = stored();
    for (int i = 0; i < 8; i++) {
      open(directory).close();
    }

    assertThat(files(directory)).hasSizeLessThan(16);
  }

  private StorageEngine open(Path directory) {
    return new RocksDbBackend().open(options(directory));
  }

  private static RocksDB database(StorageEngine engine) {
    try (StorageView view = engine.view()) {
      return ((RocksDbView) view).database();
    }
  }

  private StorageOptions options(Path directory) {
    return new StorageOptions(directory, List.of(TABLE), 4 << 20, temporary);
  }

  /** A directory with records of which each says its number, in several files. */
  private Path stored() throws IOException {
    Path directory = Files.createDirectory(temporary.resolve("stored"));
    try (StorageEngine engine = open(directory)) {
      for (int i = 0; i < RECORDS; i += 100) {
        List<Mutation> batch = new ArrayList<>();
        for (int j = i; j < i + 100; j++) {
          batch.add(new Mutation.Put(TABLE, key(j), value(j)));
        }
        engine.commit(batch);
        if (i % 1000 == 0) {
          engine.barrier();
        }
      }
      engine.barrier();
    }
    return directory;
  }

  /** Reads everything by key or with a cursor, and finds it right or throws. */
  private static void readAll(StorageEngine engine, boolean byKey) {
    int found = 0;
    try (StorageView view = engine.view()) {
      if (byKey) {
        List<Bytes> keys = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
          keys.add(key(i));
        }
        int[] answered = new int[1];
        view.get(
            TABLE,
            keys,
            (position, value) -> {
              answered[0] += value.equals(value(position)) ? 1 : 0;
            });
        found = answered[0];
      } else {
        try (Cursor cursor = view.scan(TABLE, Bytes.EMPTY, Bytes.EMPTY)) {
          while (cursor.next()) {
            boolean right = cursor.key().equals(key(found)) && cursor.value().equals(value(found));
            found += right ? 1 : 0;
          }
        }
      }
    }
    assertThat(found).isEqualTo(RECORDS);
  }

  private static Bytes key(int number) {
    return Bytes.utf8(Integer.toString(10_000_000 + number));
  }

  private static Bytes value(int number) {
    byte[] value = new byte[200];
    new SplittableRandom(number).nextBytes(value);
    return Bytes.of(value);
  }

  private static Path dataFile(Path directory, SplittableRandom random) throws IOException {
    List<Path> data = dataFiles(directory);
    return data.get(random.nextInt(data.size()));
  }

  private static List<Path> dataFiles(Path directory) throws IOException {
    return files(directory).stream().filter(file -> file.toString().endsWith(".sst")).toList();
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    for (Path file : files(from)) {
      Files.copy(file, to.resolve(file.getFileName()));
    }
  }

  private static RocksDBException failure(String code, String subCode, String state) {
    return new RocksDBException(
        "as it says",
        new Status(Status.Code.valueOf(code), Status.SubCode.valueOf(subCode), state));
  }
}
