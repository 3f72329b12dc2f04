// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What a figure has to be read with: the machine on which it was measured. */
record Machine(
    String processor, int cores, double memoryGibibytes, String system, String disk, String java) {
  /** This one, with the disk that holds {@code folder}. */
  static Machine here(Path folder) throws IOException {
    double kibibytes =
        Double.parseDouble(field("/proc/meminfo", "MemTotal").replace("kB", "").strip());
    FileStore store = Files.getFileStore(folder);
    return new Machine(
        field("/proc/cpuinfo", "model name"),
        Runtime.getRuntime().availableProcessors(),
        kibibytes / (1 << 20),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        store.type() + " on " + store.name(),
        System.getProperty("java.vendor") + " " + System.getProperty("java.vm.version"));
  }

  /** How many processes want to run, on average over 1, 5 and 15 minutes. */
  static String load() throws IOException {
    List<String> parts = List.of(Files.readString(Path.of("/proc/loadavg")).split(" ", -1));
    return String.join(" ", parts.subList(0, 3));
  }

  /** One line. */
  String line() {
    return String.format(
        Locale.ROOT,
        "%d x %s, %.0f GiB, %s, %s, JDK of the generator: %s",
        cores,
        processor,
        memoryGibibytes,
        system,
        disk,
        java);
  }

  private static String field(String file, String name) throws IOException {
    for (String line : Files.readAllLines(Path.of(file))) {
      if (line.startsWith(name)) {
        return line.substring(line.indexOf(':') + 1).strip();
      }
    }
    return "unknown"; // Some processors have no model name.
  }
}
