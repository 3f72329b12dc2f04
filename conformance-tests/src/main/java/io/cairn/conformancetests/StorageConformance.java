// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.cairn.conformancetests.report.Level;
import io.cairn.conformancetests.report.TestsRule;
import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.storage.Table.KeyOrder;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The contract of {@code io.cairn.spi.storage}, rule by rule.
 *
 * <p>A backend's test extends this class and names the backend; see {@link StorageFixture}. The
 * rules on contents (S1, S2, S3, S5, S6) are in the class above, those on crashes, failures, files
 * and life are here.
 */
public abstract class StorageConformance extends StorageContentRules {
  private static final int LOOKS = 100;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(1);
  private static final long RUNNING_NANOS_MAX = 10_000_000_000L;

  @Nested
  @TestsRule(StorageRules.S4)
  @DisplayName("S4 after a crash the engine opens at a prefix that contains the last barrier")
  class Barriers {
    @Test
    void whatABarrierCoversIsThereAfterAReopen(TestReporter reporter) {
      StorageEngine engine = open();
      commit(engine, put(ANY, "k", "1"), put(ASCENDING, "a", "1"));
      commit(engine, put(OTHER, "k", "2"), delete(ANY, "k"), put(ANY, "l", "2"));
      engine.barrier();
      assertThat(content(engine, ANY)).containsExactly(entry("l", "2"));
      close(engine);

      if (durable(reporter)) {
        StorageEngine again = open();
        assertThat(content(again, ANY)).containsExactly(entry("l", "2"));
        assertThat(content(again, OTHER)).containsExactly(entry("k", "2"));
        assertThat(content(again, ASCENDING)).containsExactly(entry("a", "1"));
      }
    }

    @Test
    void closingWithoutABarrierLeavesAPrefix(TestReporter reporter) {
      StorageEngine engine = open();
      for (int i = 1; i <= 20; i++) {
        Table alternating = i % 2 == 0 ? ANY : OTHER;
        commit(
            engine,
            put(ASCENDING, String.format("%02d", i), "v"),
            put(alternating, "last", "" + i));
        if (i == 10) {
          engine.barrier();
        }
      }
      close(engine);

      if (durable(reporter)) {
        StorageEngine again = open();
        int survived = content(again, ASCENDING).size();
        assertThat(survived).isBetween(10, 20);
        int even = survived - survived % 2;
        int odd = survived - 1 + survived % 2;
        assertThat(content(again, ANY)).containsExactly(entry("last", "" + even));
        assertThat(content(again, OTHER)).containsExactly(entry("last", "" + odd));
      }
    }

    @Test
    void whatIsDeletedAndReplacedAfterABarrierStaysSo(TestReporter reporter) {
      StorageEngine engine = open();
      commit(engine, put(ANY, "a", "1"), put(ANY, "b", "1"), put(OTHER, "c", "1"));
      engine.barrier();
      commit(engine, put(ANY, "a", "2"), delete(ANY, "b"), deleteRange(OTHER, "c", "d"));
      engine.barrier();
      close(engine);

      if (durable(reporter)) {
        StorageEngine again = open();
        assertThat(content(again, ANY)).containsExactly(entry("a", "2"));
        assertThat(content(again, OTHER)).isEmpty();
      }
    }

    @Test
    void barriersWithNothingNewReturn() {
      StorageEngine engine = open();
      engine.barrier();
      commit(engine, put(ANY, "k", "v"));
      engine.barrier();
      engine.barrier();

      assertThat(content(engine, ANY)).containsExactly(entry("k", "v"));
    }

    @Test
    void theFilesAsACrashWouldLeaveThemOpenAtAPrefix(TestReporter reporter) throws IOException {
      StorageEngine engine = open();
      commit(engine, put(ANY, "k", "1"), put(OTHER, "k", "1"));
      commit(engine, put(ANY, "k", "2"), put(OTHER, "k", "2"));
      engine.barrier();
      commit(engine, put(ANY, "k", "3"), put(OTHER, "k", "3"));

      if (durable(reporter)) {
        Path image = subdirectory("image");
        copyFiles(directory(), image);
        StorageEngine crashed = open(image, TABLES);
        Bytes value = get(crashed, ANY, text("k"));
        assertThat(value).isIn(text("2"), text("3"));
        assertThat(get(crashed, OTHER, text("k"))).isEqualTo(value);
      }
    }
  }

  @Nested
  @TestsRule(StorageRules.S7)
  @DisplayName("S7 after a failed commit the engine refuses, and earlier views go on")
  class Refusals {
    @Test
    void everythingIsRefusedAfterAFailedCommit() {
      StorageEngine engine = open();
      commit(engine, put(ANY, "a", "1"));

      try (StorageView before = engine.view()) {
        assertThatThrownBy(() -> engine.commit(BreakingBatch.thatThrows(put(ANY, "a", "2"))))
            .isInstanceOf(RuntimeException.class);

        assertThatThrownBy(() -> commit(engine, put(ANY, "a", "3")))
            .isInstanceOf(StorageException.Refused.class);
        assertThatThrownBy(engine::barrier).isInstanceOf(StorageException.Refused.class);
        assertThatThrownBy(() -> engine.view().close())
            .isInstanceOf(StorageException.Refused.class);
        assertThatThrownBy(engine::reclaim).isInstanceOf(StorageException.Refused.class);
        assertThat(content(before, ANY)).containsExactly(entry("a", "1"));
      }
    }

    @Test
    void aFailedEngineCanBeClosedAndOpenedAnew() {
      StorageEngine engine = open();
      assertThatThrownBy(() -> engine.commit(BreakingBatch.thatThrows(put(ANY, "a", "2"))))
          .isInstanceOf(RuntimeException.class);
      close(engine);

      StorageEngine again = open();
      commit(again, put(ANY, "b", "1"));

      assertThat(content(again, ANY)).containsExactly(entry("b", "1"));
    }
  }

  @Nested
  @TestsRule(StorageRules.S8)
  @DisplayName("S8 damage is reported as such and names the place")
  class Damage {
    @Test
    void filesOfNoiseAreDamaged(TestReporter reporter) throws IOException {
      StorageEngine engine = open();
      for (int i = 0; i < 100; i++) {
        commit(engine, new Mutation.Put(ASCENDING, numbered(i), text("v")));
      }
      engine.barrier();
      close(engine);
      List<Path> files;
      try (Stream<Path> walk = Files.walk(directory())) {
        files = walk.filter(Files::isRegularFile).toList();
      }
      for (Path file : files) {
        byte[] noise = new byte[(int) Files.size(file)];
        new SplittableRandom(7).nextBytes(noise);
        Files.write(file, noise);
      }

      if (durable(reporter)) {
        assertThatThrownBy(() -> content(open(), ASCENDING))
            .isInstanceOf(StorageException.Damaged.class)
            .hasMessageContaining(directory().toString());
      } else {
        assertThatCode(() -> open()).as("reads no files").doesNotThrowAnyException();
      }
    }
  }

  @Nested
  @TestsRule(StorageRules.S9)
  @DisplayName("S9 a directory is open in one engine at a time")
  class Exclusion {
    @Test
    void aSecondOpenIsRefusedAndDisturbsNobody(TestReporter reporter) {
      StorageEngine first = open();
      commit(first, put(ANY, "a", "1"));

      if (durable(reporter)) {
        assertThatThrownBy(() -> open())
            .isInstanceOf(StorageException.InUse.class)
            .hasMessageContaining(directory().toString());
      } else {
        StorageEngine second = open();
        commit(second, put(ANY, "b", "2"));
        assertThat(content(second, ANY)).containsExactly(entry("b", "2"));
      }
      commit(first, put(ANY, "c", "3"));
      first.barrier();
      assertThat(content(first, ANY)).containsExactly(entry("a", "1"), entry("c", "3"));
    }

    @Test
    void aDirectoryIsTheSameUnderAnotherName(TestReporter reporter) {
      StorageEngine first = open();
      Path otherName = directory().resolve("..").resolve(directory().getFileName());

      if (durable(reporter)) {
        assertThatThrownBy(() -> open(otherName, TABLES))
            .isInstanceOf(StorageException.InUse.class);
        close(first);
      }
      assertThatCode(() -> open(otherName, TABLES)).doesNotThrowAnyException();
    }

    @Test
    void aClosedDirectoryCanBeOpenedAgain() {
      close(open());

      assertThatCode(() -> open()).doesNotThrowAnyException();
    }
  }

  @Nested
  @TestsRule(StorageRules.S10)
  @DisplayName("S10 freed space is used again, and reclaiming goes on beside other work")
  class Space {
    @Test
    void turnoverDoesNotMakeTheEngineGrow() {
      StorageEngine engine = open();
      byte[] noise = new byte[4096];
      long[] allocated = new long[8];
      for (int round = 0; round < allocated.length; round++) {
        // 4 MiB a round, of which the next round deletes everything.
        for (int part = 0; part < 4; part++) {
          List<Mutation> batch = new ArrayList<>();
          for (int i = 0; i < 256; i++) {
            int number = (round * 4 + part) * 256 + i;
            new SplittableRandom(number).nextBytes(noise);
            batch.add(new Mutation.Put(ASCENDING, numbered(number), Bytes.of(noise.clone())));
          }
          engine.commit(batch);
        }
        engine.barrier();
        commit(
            engine, new Mutation.DeleteRange(ASCENDING, Bytes.EMPTY, numbered((round + 1) * 1024)));
        engine.barrier();
        engine.reclaim();
        allocated[round] = engine.size().allocatedBytes();
      }

      // 32 MiB went through; three rounds' worth is generous for an engine that reuses.
      assertThat(allocated[allocated.length - 1]).isLessThan(12L << 20);
      assertThat(engine.size().inUseBytes()).isLessThanOrEqualTo(engine.size().allocatedBytes());
    }

    @Test
    void sizeTellsOfWhatIsStored() {
      StorageEngine engine = open();
      byte[] noise = new byte[1 << 20];
      for (int i = 0; i < 4; i++) {
        new SplittableRandom(i).nextBytes(noise);
        commit(engine, new Mutation.Put(ASCENDING, numbered(i), Bytes.of(noise.clone())));
      }
      engine.barrier();

      assertThat(engine.size().inUseBytes()).isBetween(4L << 20, 8L << 20);
      assertThat(engine.size().allocatedBytes()).isGreaterThanOrEqualTo(4L << 20);
    }

    @Test
    void reclaimingGoesOnBesideCommitsAndViews() throws Exception {
      StorageEngine engine = open();
      for (int i = 0; i < 2000; i++) {
        commit(engine, new Mutation.Put(ASCENDING, numbered(i), text("v" + i)));
      }
      // To a bound that is no key: whether the end goes too is another rule's business.
      commit(engine, new Mutation.DeleteRange(ASCENDING, Bytes.EMPTY, text("00000999x")));
      engine.barrier();

      try (StorageView view = engine.view()) {
        assertThat(content(view, ASCENDING)).hasSize(1000);
        FutureTask<Void> reclaiming =
            new FutureTask<>(
                () -> {
                  for (int i = 0; i < 5; i++) {
                    engine.reclaim();
                  }
                },
                null);
        Thread.ofPlatform().start(reclaiming);
        int committed = 0;
        do {
          commit(engine, new Mutation.Put(ASCENDING, numbered(2000 + committed++), text("v")));
          if (committed % 50 == 0) {
            engine.barrier();
          }
        } while (!reclaiming.isDone() && committed < 100_000);
        reclaiming.get(); // Fails if reclaiming did.

        assertThat(content(view, ASCENDING)).hasSize(1000);
        assertThat(content(engine, ASCENDING)).hasSize(1000 + committed);
      }
    }
  }

  @Nested
  @TestsRule(StorageRules.S11)
  @DisplayName("S11 close waits for running work, may be repeated, and ends everything")
  class Closing {
    @Test
    void closingTwiceIsHarmless() {
      StorageEngine engine = open();
      close(engine);

      assertThatCode(engine::close).doesNotThrowAnyException();
    }

    @Test
    void aClosedEngineRefuses() {
      StorageEngine engine = open();
      commit(engine, put(ANY, "a", "1"));
      close(engine);

      assertThatThrownBy(engine::view).isInstanceOf(StorageException.Refused.class);
      assertThatThrownBy(engine::barrier).isInstanceOf(StorageException.Refused.class);
      assertThatThrownBy(engine::size).isInstanceOf(StorageException.Refused.class);
      assertThatThrownBy(engine::reclaim).isInstanceOf(StorageException.Refused.class);
      assertThatThrownBy(() -> commit(engine, put(ANY, "a", "2")))
          .isInstanceOf(StorageException.Refused.class);
    }

    @Test
    void aClosedViewRefusesAndMayBeClosedAgain() {
      StorageEngine engine = open();
      commit(engine, put(ANY, "a", "1"));
      StorageView view = engine.view();
      view.close();

      assertThatThrownBy(() -> get(view, ANY, text("a")))
          .isInstanceOf(StorageException.Refused.class);
      assertThatThrownBy(() -> content(view, ANY)).isInstanceOf(StorageException.Refused.class);
      assertThatCode(view::close).doesNotThrowAnyException();
    }

    @Test
    void closeWaitsForARunningCommit() throws Exception {
      StorageEngine engine = open();
      AtomicBoolean closedDuringCommit = new AtomicBoolean();
      Thread closer = Thread.ofPlatform().unstarted(() -> close(engine));
      List<Mutation> batch =
          BreakingBatch.thatRuns(
              () -> {
                closer.start();
                closedDuringCommit.set(ends(closer));
              },
              put(ANY, "a", "1"),
              put(ANY, "b", "1"));

      boolean committed = true;
      try {
        engine.commit(batch);
      } catch (StorageException.Refused e) {
        committed = false; // legal for an engine that reads the batch before it begins
      }
      closer.join();

      // A commit that was let through had not lost its engine meanwhile.
      assertThat(closedDuringCommit.get() && committed).isFalse();
    }
  }

  @Nested
  @TestsRule(StorageRules.S12)
  @DisplayName("S12 a new table is empty, a table that is not asked for is an error")
  class Tables {
    private final Table added = new Table("added", KeyOrder.ANY);

    @Test
    void aTableNeverSeenIsEmpty() {
      StorageEngine engine = open();
      commit(engine, put(ANY, "a", "1"));
      engine.barrier();
      close(engine);

      StorageEngine again = open(directory(), List.of(ANY, OTHER, ASCENDING, added));
      commit(again, put(added, "b", "2"));

      assertThat(content(again, added)).containsExactly(entry("b", "2"));
      assertThat(content(again, OTHER)).isEmpty();
    }

    @Test
    void aTableThatIsNotAskedForIsAnError(TestReporter reporter) {
      StorageEngine engine = open();
      commit(engine, put(ANY, "a", "1"), put(OTHER, "a", "1"));
      commit(engine, put(ANY, "a", "2"), put(OTHER, "a", "2"));
      engine.barrier();
      close(engine);

      if (durable(reporter)) {
        assertThatThrownBy(() -> open(directory(), List.of(ANY, ASCENDING)))
            .isInstanceOf(StorageException.Damaged.class)
            .hasMessageContaining("'other'");
        assertThatCode(() -> open()).as("it can be opened in full").doesNotThrowAnyException();
      } else {
        assertThatCode(() -> open(directory(), List.of(ANY, ASCENDING))).doesNotThrowAnyException();
      }
    }
  }

  @Nested
  @TestsRule(StorageRules.S13)
  @DisplayName("S13 an engine without the capability durable starts empty at every open")
  class Durability {
    @Test
    void nothingIsLeftBehindUnlessDurabilityIsOffered(TestReporter reporter) throws IOException {
      StorageEngine engine = open();
      commit(engine, put(ANY, "a", "1"));
      commit(engine, put(ANY, "b", "2"));
      engine.barrier();
      assertThat(content(engine, ANY)).hasSize(2);
      close(engine);

      try (Stream<Path> files = Files.list(directory())) {
        assertThat(files.findAny().isPresent())
            .as("has files of its own")
            .isEqualTo(durable(reporter));
      }
      if (!durable(reporter)) {
        assertThat(content(open(), ANY)).isEmpty();
      }
    }
  }

  @Nested
  @DisplayName("P1 to P5 the descriptor is constant, right, and found without wiring")
  class Descriptors {
    @Test
    @TestsRule(StorageRules.P1)
    void theDescriptorIsAConstantOfThisSeam() {
      PluginDescriptor descriptor = fixture().backend().descriptor();

      assertThat(descriptor).isEqualTo(fixture().backend().descriptor());
      assertThat(descriptor.kind()).isEqualTo(PluginDescriptor.Kind.STORAGE);
      assertThat(descriptor.summary()).isNotBlank();
    }

    @Test
    @TestsRule(StorageRules.P2)
    void theVersionIsTheOneInUse() {
      assertThat(descriptor().spiVersion()).isEqualTo(PluginDescriptor.SPI_VERSION);
    }

    @Test
    @TestsRule(StorageRules.P3)
    void capabilitiesAreThoseOfTheContract() {
      assertThat(descriptor().capabilities()).isSubsetOf(StorageBackend.DURABLE);
    }

    @Test
    @TestsRule(StorageRules.P4)
    void theNameCanStandInConfiguration() {
      assertThat(descriptor().name()).matches("[a-z0-9-]+");
    }

    @Test
    @TestsRule(StorageRules.P5)
    void theBackendIsListedAsAService() {
      Stream<Class<? extends StorageBackend>> listed =
          ServiceLoader.load(StorageBackend.class, backend().getClass().getClassLoader()).stream()
              .map(ServiceLoader.Provider::type);

      assertThat(listed).contains(backend().getClass());
    }
  }

  @Nested
  @TestsRule(StorageRules.ALL)
  @DisplayName("All rules together hold over random histories")
  class RandomHistories {
    @ParameterizedTest(name = "-Dcairn.seed={0}")
    @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
    void theEngineAgreesWithTheModel(long seed, TestReporter reporter) {
      boolean durable = durable(reporter);

      new RandomHistory(
              seed, durable, () -> backend().open(options(directory(), RandomWork.TABLES)))
          .run(Level.ofThisRun().pick(400, 1500));
    }
  }

  /**
   * Whether a thread ends by itself. One that waits at a hundred looks in a row is taken to wait
   * for us; shorter waits, as for a class that is just being loaded, pass.
   */
  private static boolean ends(Thread thread) {
    try {
      return watchUntilItEndsOrWaits(thread);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a thread was watched", e);
    }
  }

  private static boolean watchUntilItEndsOrWaits(Thread thread) throws InterruptedException {
    long deadline = System.nanoTime() + RUNNING_NANOS_MAX;
    int waiting = 0;
    while (waiting < LOOKS && System.nanoTime() < deadline) {
      if (thread.join(BETWEEN_LOOKS)) {
        return true;
      }
      waiting = thread.getState() == Thread.State.RUNNABLE ? 0 : waiting + 1;
    }
    return false;
  }

  private static void copyFiles(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file));
        Files.createDirectories(target.getParent());
        try {
          Files.copy(file, target);
        } catch (NoSuchFileException e) {
          // An engine may remove files that it no longer needs while we look at them.
          assertThat(Files.exists(file)).isFalse();
        }
      }
    }
  }
}
