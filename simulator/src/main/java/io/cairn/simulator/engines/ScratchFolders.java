// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.engines;

import io.cairn.conformancetests.TemporaryFolders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Folders for engines, which go when they are not needed any more, at the latest with the JVM. They
 * are in memory where the machine has a place for that with ample room, and otherwise below {@code
 * java.io.tmpdir}: no simulated power cut takes anything from them, so that waiting for a disk
 * would only cost time.
 */
final class ScratchFolders {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final long AMPLE_BYTES = 1L << 30;

  private static final Path ROOT = root();

  private ScratchFolders() {}

  /** A new one, empty. */
  static Path create() throws IOException {
    return Files.createTempDirectory(ROOT, "engine");
  }

  private static Path root() {
    String prefix = "cairn-simulation";
    try {
      return isAmple(MEMORY)
          ? TemporaryFolders.createIn(MEMORY, prefix)
          : TemporaryFolders.create(prefix);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isAmple(Path place) throws IOException {
    return Files.isDirectory(place)
        && Files.isWritable(place)
        && Files.getFileStore(place).getUsableSpace() >= AMPLE_BYTES;
  }
}
