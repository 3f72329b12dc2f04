// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server on each of its storage backends. */
final class BackendsTest {
  private static final List<String> BACKENDS = List.of("lmdb", "memory", "rocksdb", "sqlite");

  /** {@code -Dcairn.operations=1000000} makes the histories as long as one has patience. */
  private static final int OPERATIONS = Integer.getInteger("cairn.operations", 10_000);

  private static final long SEED = Long.getLong("cairn.seed", System.nanoTime());

  @TempDir Path scratch;

  @Test
  void equalHistoriesGiveEqualAnswersAndHashesOnEveryBackend() throws Exception {
    Map<String, List<String>> seen = new LinkedHashMap<>();
    for (String backend : BACKENDS) {
      boolean durable = !backend.equals("memory");
      try (ServerProcess server =
          ServerProcess.start(
              ServerProcess.Kind.CAIRN, scratch.resolve(backend), "--backend", backend)) {
        seen.put(backend, new BackendHistory(SEED, server, durable).play(OPERATIONS));
      }
    }

    List<String> expected = seen.getOrDefault("memory", List.of());
    assertThat(expected).hasSizeGreaterThan(10);
    for (String backend : BACKENDS) {
      assertThat(seen.get(backend)).as("%s, -Dcairn.seed=%d", backend, SEED).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "lmdb, x86_64-linux-gnu.so aarch64-linux-gnu.so",
    "memory, none",
    "rocksdb, librocksdbjni",
    "sqlite, libsqlitejdbc"
  })
  void onlyTheChosenBackendIsLoaded(String backend, String libraries) throws Exception {
    try (ServerProcess server =
        ServerProcess.start(ServerProcess.Kind.CAIRN, scratch, "--backend", backend)) {
      List<String> engines =
          Files.readAllLines(Path.of("/proc", Long.toString(server.pid()), "maps")).stream()
              .filter(line -> line.matches(".*(rocksdb|sqlite|-linux-gnu).*\\.so$"))
              .map(line -> line.substring(line.lastIndexOf('/') + 1))
              .distinct()
              .toList();

      if (libraries.equals("none")) {
        assertThat(engines).isEmpty();
      } else {
        assertThat(engines).hasSize(1);
        assertThat(libraries.split(" ")).anyMatch(engines.getFirst()::startsWith);
      }
      // The package brings the libraries along, so that nothing has to be unpacked.
      assertThat(scratch.resolve("natives")).isEmptyDirectory();
    }
  }
}
