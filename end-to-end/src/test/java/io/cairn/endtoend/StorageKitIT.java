// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The storage kit as it is handed out, one jar, on backends as they are handed out: one with native
 * libraries and one without. The modules of all four run the same suites.
 */
final class StorageKitIT {
  private static final int PATIENCE_MINUTES = 10;
  private static final String LIBRARY = "(rocksdbjni|native|sqlite-jdbc|slf4j-api)-[0-9].*\\.jar";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"memory", "rocksdb"})
  void aBackendInItsJarConforms(String backend) throws Exception {
    Path json = folder.resolve("report.json");
    List<String> command = kit();
    command.addAll(List.of("storage", "--backend", backend, "--json", json.toString()));
    for (Path jar : jarsOf(backend)) {
      command.addAll(List.of("--jar", jar.toString()));
    }

    int exitCode = run(command);

    assertThat(exitCode).as(this::output).isZero();
    assertThat(lines().getLast()).startsWith("CONFORMANT: storage, backend '" + backend);
    assertThat(Files.readString(json)).contains("\"conformant\":true");
  }

  @Test
  void aJarThatIsNotThereIsOneLine() throws Exception {
    List<String> command = kit();
    command.addAll(List.of("storage", "--jar", folder.resolve("nowhere.jar").toString()));

    int exitCode = run(command);

    assertThat(exitCode).as(this::output).isEqualTo(2);
    assertThat(lines()).singleElement().asString().startsWith("cannot read '");
  }

  /** Not a limit of the kit, which says nothing of time, but of this test's patience. */
  private int run(List<String> command) throws Exception {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile())
            .start();
    try {
      assertThat(process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).as(this::output).isTrue();
      return process.exitValue();
    } finally {
      var _ = process.destroyForcibly();
    }
  }

  private String output() {
    return String.join("\n", lines());
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(folder.resolve("output"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> kit() throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> jars =
        Files.newDirectoryStream(Path.of("../conformance-tests/target"), "*-all.jar")) {
      jars.forEach(found::add);
    }
    assertThat(found).as("the kit; package it first").hasSize(1);
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return new ArrayList<>(List.of(java.toString(), "-jar", found.getFirst().toString()));
  }

  /** The backend's own, and the libraries of all. */
  private static List<Path> jarsOf(String backend) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(path -> isPartOf(path.getFileName().toString(), backend))
        .toList();
  }

  private static boolean isPartOf(String name, String backend) {
    return name.startsWith("cairn-backend-" + backend) || name.matches(LIBRARY);
  }
}
