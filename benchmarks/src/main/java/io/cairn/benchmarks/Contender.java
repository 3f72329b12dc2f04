// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A server that takes etcd's flags.
 *
 * @param name what it is called in the report
 * @param program the file to start
 * @param arguments flags beyond those that both servers get
 */
record Contender(String name, Path program, List<String> arguments) {
  /** The program that the shell would start for {@code name}. */
  static Optional<Path> find(String name) {
    if (name.contains("/")) {
      Path file = Path.of(name);
      return Files.isExecutable(file) ? Optional.of(file.toAbsolutePath()) : Optional.empty();
    }
    for (String folder : System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":", -1)) {
      Path file = Path.of(folder, name);
      if (Files.isExecutable(file)) {
        return Optional.of(file.toAbsolutePath());
      }
    }
    return Optional.empty();
  }

  /** What it says of its version. */
  String version() throws IOException, InterruptedException {
    Process process = new ProcessBuilder(program.toString(), "--version").start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException("'" + program + " --version' failed");
    }
    return output.strip().replace("\n", "; ");
  }
}
