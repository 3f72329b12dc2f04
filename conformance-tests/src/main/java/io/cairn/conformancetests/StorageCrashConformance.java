// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.conformancetests.report.TestsRule;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What only other processes show, most of them killed; for backends that offer {@code durable}.
 *
 * <p>The backend is found in the child by its name through {@link java.util.ServiceLoader}, so it
 * must be listed there.
 */
public abstract class StorageCrashConformance extends StorageSuite {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int KILLS = 3;

  /** Where the backend is; nowhere if it is on the class path. */
  List<Path> jars() {
    return List.of();
  }

  @Nested
  @TestsRule(StorageRules.S4)
  @DisplayName("S4 after a crash the engine opens at a prefix that contains the last barrier")
  class Kills {
    @ParameterizedTest(name = "-Dcairn.seed={0}")
    @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
    void aKilledProcessLeavesAPrefix(long seed) throws Exception {
      SplittableRandom random = new SplittableRandom(seed);
      Path report = temporary.resolve("report");
      Files.createFile(report);

      for (int kill = 0; kill < KILLS; kill++) {
        int barriers = 1 + random.nextInt(8);
        if (kill % 2 == 0) {
          endAfter(barriers, report, seed);
        } else {
          killAfter(barriers, report, seed);
        }

        StorageEngine engine = open(directory(), CrashBatches.TABLES);
        long last = CrashBatches.last(engine);
        assertThat(last).isGreaterThanOrEqualTo(lastReported(report));
        assertThat(StoredTables.of(engine, CrashBatches.TABLES))
            .isEqualTo(new CrashBatches(seed).after(last));
        engine.barrier();
        close(engine);
      }
    }
  }

  @Nested
  @TestsRule(StorageRules.S9)
  @DisplayName("S9 a directory is open in one engine at a time, of whatever process")
  class Exclusion {
    /** Some locks of files belong to a process, which loses them when it closes any such file. */
    @Test
    void anotherProcessIsRefusedAlsoAfterThisOneWas() throws Exception {
      StorageEngine engine = open(directory(), CrashBatches.TABLES);
      assertThatThrownBy(() -> open(directory(), CrashBatches.TABLES))
          .isInstanceOf(StorageException.InUse.class);

      assertThat(exitCode(start(temporary.resolve("report"), 1, 1)))
          .as(StorageCrashConformance.this::output)
          .isEqualTo(CommittingProcess.IN_USE);

      engine.commit(new CrashBatches(1).batch(1));
      engine.barrier();
      assertThat(CrashBatches.last(engine)).isEqualTo(1);
    }
  }

  /** A barrier has returned, and nothing has happened since. */
  private void endAfter(int barriers, Path report, long seed) throws Exception {
    assertThat(exitCode(start(report, seed, barriers)))
        .as(this::output)
        .isEqualTo(CommittingProcess.HALTED);
  }

  private int exitCode(Process process) throws Exception {
    try {
      assertThat(process.waitFor(PATIENCE_NANOS, TimeUnit.NANOSECONDS)).as(this::output).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** Anything may be under way. */
  private void killAfter(int barriers, Path report, long seed) throws Exception {
    long reported = Files.size(report) / Long.BYTES;
    Process process = start(report, seed, 0);
    try {
      awaitReports(report, reported + barriers, process);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private Process start(Path report, long seed, int barriers) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // What lets a backend load its library here lets it there.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.matches("--(enable-native|add-opens|sun-misc).*"))
        .forEach(command::add);
    if (!jars().isEmpty()) {
      command.add("--enable-native-access=ALL-UNNAMED"); // said by the kit's own jar until now
    }
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            CommittingProcess.class.getName(),
            descriptor().name(),
            directory().toString(),
            NativeLibraries.directory().toString(),
            report.toString(),
            Long.toString(seed),
            Integer.toString(barriers)));
    jars().forEach(jar -> command.add(jar.toString()));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(temporary.resolve("output").toFile())
        .start();
  }

  private void awaitReports(Path report, long count, Process process) throws Exception {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (Files.size(report) < count * Long.BYTES) {
      assertThat(System.nanoTime()).as("patience for %s reports", count).isLessThan(deadline);
      // Returns early, with true, if the process ends by itself.
      assertThat(process.waitFor(5, TimeUnit.MILLISECONDS))
          .as(() -> "the process ended: " + output())
          .isFalse();
    }
  }

  private String output() {
    try {
      return Files.readString(temporary.resolve("output"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static long lastReported(Path report) throws IOException {
    ByteBuffer reports = ByteBuffer.wrap(Files.readAllBytes(report));
    return reports.getLong((reports.limit() / Long.BYTES - 1) * Long.BYTES);
  }
}
