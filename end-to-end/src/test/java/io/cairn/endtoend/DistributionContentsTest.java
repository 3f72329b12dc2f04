// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What is handed out is what was meant to be: a library that comes along with another one is seen
 * here first. The Java runtime and the libraries of one platform are left out.
 */
final class DistributionContentsTest {
  private static final String LIST = "distribution-contents.txt";

  @Test
  void theDistributionHoldsTheFilesOfTheListAndNoOthers() throws IOException {
    assertThat(files()).containsExactlyElementsOf(listed());
  }

  /** Paths without versions and platforms, sorted. */
  private static NavigableSet<String> files() throws IOException {
    Path home = Objects.requireNonNull(ServerProcess.launcher().getParent()).getParent();
    NavigableSet<String> files = new TreeSet<>();
    try (Stream<Path> found = Files.walk(Objects.requireNonNull(home))) {
      found
          .filter(Files::isRegularFile)
          .map(file -> home.relativize(file).toString())
          .filter(file -> !file.startsWith("runtime/") && !file.startsWith("lib/native/"))
          .map(file -> file.replaceFirst("-[0-9].*[.]jar$", ".jar"))
          .forEach(files::add);
    }
    return files;
  }

  private static List<String> listed() throws IOException {
    try (InputStream list = DistributionContentsTest.class.getResourceAsStream(LIST)) {
      return new String(Objects.requireNonNull(list).readAllBytes(), UTF_8).lines().toList();
    }
  }
}
