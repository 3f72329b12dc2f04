// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendlmdb;

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
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the suite cannot see because it does not know LMDB. */
final class LmdbEngineTest {
  private static final Table TABLE = new Table("records", KeyOrder.ASCENDING);
  private static final int RECORDS = 2000;

  @TempDir Path temporary;

  @BeforeEach
  void loadTheLibrary() {
    LmdbLibrary.load(temporary);
  }

  @Test
  void theFileIsAsLargeAsItsContentAndNotAsTheMap() throws IOException {
    Path directory = stored();

    assertThat(Files.size(directory.resolve("data.mdb"))).isLessThan(4L << 20);
  }

  @Test
  void whereAddressesAreLimitedTheLargestMapThatCanBeHadIsTaken() throws IOException {
    Path directory = Files.createDirectory(temporary.resolve("limited"));
    long moreThanAProcessHas = 1L << 47;

    try (LmdbEnvironment environment =
        LmdbEnvironment.open(directory, List.of(TABLE), moreThanAProcessHas)) {
      assertThat(environment.mapBytes()).isBetween(1L << 30, moreThanAProcessHas / 2);
    }
  }

  @Test
  void aFullMapIsCalledFullAndCostsOnlyTheCommitThatDidNotFit() throws IOException {
    Path directory = Files.createDirectory(temporary.resolve("full"));
    int committed = 0;
    try (StorageEngine engine = LmdbEngine.open(options(directory), 1 << 20);
        StorageView before = engine.view()) {
      StorageException failure = null;
      while (failure == null) {
        try {
          engine.commit(List.of(new Mutation.Put(TABLE, key(committed), noise(committed, 5000))));
          committed++;
        } catch (StorageException e) {
          failure = e;
        }
      }

      assertThat(failure)
          .isInstanceOf(StorageException.Full.class)
          .hasMessageContaining(directory.toString())
          .hasMessageContaining("ulimit -v");
      assertThatThrownBy(engine::view).isInstanceOf(StorageException.Refused.class);
      assertThat(count(before)).isZero();
    }

    try (StorageEngine again = open(directory);
        StorageView view = again.view()) {
      assertThat(count(view)).isEqualTo(committed);
      again.commit(List.of(new Mutation.Put(TABLE, key(committed), noise(committed, 5000))));
    }
  }

  @Test
  void aFileThatWasCutOffIsDamaged() throws IOException {
    Path directory = stored();
    try (RandomAccessFile file =
        new RandomAccessFile(directory.resolve("data.mdb").toFile(), "rw")) {
      file.setLength(file.length() - 1);
    }

    assertThatThrownBy(() -> open(directory).close())
        .isInstanceOf(StorageException.Damaged.class)
        .hasMessageContaining("data.mdb");
  }

  /** A commit that gives a page back leaves a file that ends before the last page ever taken. */
  @Test
  void aFileThatLacksFreePagesOnlyIsWhole() throws IOException {
    Path directory = stored();
    SplittableRandom random = new SplittableRandom(3);
    int shorter = 0;
    for (int round = 0; round < 60; round++) {
      try (StorageEngine engine = open(directory)) {
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
          Bytes taken = key(RECORDS + random.nextInt(10));
          engine.commit(
              List.of(
                  new Mutation.Put(TABLE, key(RECORDS), noise(round, random.nextInt(3000))),
                  new Mutation.Put(TABLE, taken, noise(round, random.nextInt(50_000))),
                  new Mutation.DeleteRange(TABLE, key(RECORDS), Bytes.EMPTY)));
        }
        long file = Files.size(directory.resolve("data.mdb"));
        shorter += file < engine.size().allocatedBytes() ? 1 : 0;
      }
    }

    try (StorageEngine engine = open(directory);
        StorageView view = engine.view()) {
      assertThat(count(view)).isEqualTo(RECORDS);
    }
    assertThat(shorter).as("otherwise this shows nothing").isPositive();
  }

  @Test
  void aLostFileIsNotAnEmptyStore() throws IOException {
    Path directory = stored();
    Files.delete(directory.resolve("data.mdb"));

    assertThatThrownBy(() -> open(directory).close())
        .isInstanceOf(StorageException.Damaged.class)
        .hasMessageContaining("data.mdb");
  }

  @Test
  void whoeverRemovesTheLockFileLosesNothing() throws IOException {
    Path directory = stored();
    Files.delete(directory.resolve("LOCK"));

    try (StorageEngine engine = open(directory);
        StorageView view = engine.view()) {
      assertThat(count(view)).isEqualTo(RECORDS);
    }
  }

  @Test
  void whatACreationLeftThatWasCutShortIsNoHindrance() throws IOException {
    Path directory = Files.createDirectory(temporary.resolve("cut-short"));
    Files.write(directory.resolve("creating.mdb"), new byte[5000]);

    try (StorageEngine engine = open(directory);
        StorageView view = engine.view()) {
      assertThat(count(view)).isZero();
    }
    assertThat(directory.resolve("creating.mdb")).doesNotExist();
  }

  @Test
  void anInterruptedCreationIsBegunAgain() throws IOException {
    Path directory = Files.createDirectory(temporary.resolve("interrupted"));
    Files.createFile(directory.resolve("LOCK"));
    Files.createFile(directory.resolve("data.mdb"));

    try (StorageEngine engine = open(directory);
        StorageView view = engine.view()) {
      assertThat(count(view)).isZero();
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
    assertThatThrownBy(() -> open(directory)).isInstanceOf(StorageException.InUse.class);
    view.close();
    assertThatThrownBy(cursor::next).isInstanceOf(StorageException.Refused.class);
    cursor.close();
    open(directory).close(); // the last one has freed the directory
  }

  @Test
  void viewsAreBoundedAndTheirSlotsAreUsedAgain() throws IOException {
    Path directory = stored();
    try (StorageEngine engine = open(directory)) {
      for (int round = 0; round < 2; round++) {
        List<StorageView> views = new ArrayList<>();
        for (int i = 0; i < LmdbEnvironment.READERS_MAX; i++) {
          views.add(engine.view());
        }

        assertThatThrownBy(engine::view)
            .isInstanceOf(StorageException.Failed.class)
            .hasMessageContaining("1024 views");
        views.forEach(StorageView::close);
      }
    }
  }

  @Test
  void manyThreadsReadOneFreshView() throws Exception {
    Path directory = stored();
    try (StorageEngine engine = open(directory);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int round = 0; round < 50; round++) {
        try (StorageView view = engine.view()) {
          List<Callable<Integer>> tasks = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            tasks.add(() -> count(view));
          }
          for (Future<Integer> counted : threads.invokeAll(tasks)) {
            assertThat(counted.get()).isEqualTo(RECORDS);
          }
        }
      }
    }
  }

  @Test
  void whatScatteredDeletionsFreeIsUsedAgainBesideViews() throws IOException {
    Path directory = Files.createDirectory(temporary.resolve("turnover"));
    SplittableRandom random = new SplittableRandom(5);
    try (StorageEngine engine = open(directory)) {
      List<Bytes> live = new ArrayList<>();
      long settled = 0;
      for (int round = 0; round < 60; round++) {
        List<Mutation> batch = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
          Bytes key = key(round * 500 + i);
          batch.add(new Mutation.Put(TABLE, key, noise(i, 300)));
          live.add(key);
        }
        // As compaction does: most of what is old goes, one key here and one there stays.
        while (live.size() > 3000) {
          batch.add(new Mutation.Delete(TABLE, live.remove(random.nextInt(live.size() / 2))));
        }
        StorageView view = engine.view();
        engine.commit(batch);
        view.close();
        if (round == 20) {
          settled = engine.size().allocatedBytes();
        }
      }

      assertThat(engine.size().allocatedBytes()).isLessThan(settled * 2);
    }
  }

  @Test
  void theNativeLibraryIsUnpackedIntoItsDirectory() throws IOException {
    Path natives = Files.createDirectory(temporary.resolve("natives"));

    Path library = LmdbLibrary.unpacked(natives);

    assertThat(files(natives)).containsExactly(library);
  }

  @Test
  void everyFailureIsOfTheKindThatSaysWhoMustAct() {
    Path directory = Path.of("somewhere");

    assertThat(LmdbFailures.of(28, "commit", directory))
        .isInstanceOf(StorageException.Full.class)
        .hasMessage(
            "cannot commit in 'somewhere/data.mdb': No space left on device;"
                + " free space on its file system, then restart");
    assertThat(LmdbFailures.of(-30792, "commit", directory))
        .isInstanceOf(StorageException.Full.class)
        .hasMessageContaining("MDB_MAP_FULL");
    for (int damage : new int[] {-30797, -30796, -30793, -30794}) {
      assertThat(LmdbFailures.of(damage, "read", directory))
          .isInstanceOf(StorageException.Damaged.class)
          .hasMessageContaining("data.mdb");
    }
    for (int other : new int[] {5, 13, -30795, -30790, -30788}) {
      assertThat(LmdbFailures.of(other, "read", directory))
          .isInstanceOf(StorageException.Failed.class);
    }
  }

  @Test
  void aWriteThatWasTakenInPartMeansThatTheDiskIsFull() {
    int ioError = 5;
    int noSpace = 28;

    assertThat(LmdbFailures.meaning(ioError, 4096)).isEqualTo(noSpace);
    assertThat(LmdbFailures.meaning(ioError, 1 << 30)).isEqualTo(ioError);
    assertThat(LmdbFailures.meaning(13, 0)).isEqualTo(13);
  }

  private StorageEngine open(Path directory) {
    return new LmdbBackend().open(options(directory));
  }

  private StorageOptions options(Path directory) {
    return new StorageOptions(directory, List.of(TABLE), 4 << 20, temporary);
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
